/** The resource that tells a caller what is masked, hidden or left out for its role. */
import { resourceOf } from '@causeway/shared-contracts/define-resource'
import type { DbServices } from '../db-services.ts'
import type { TableFacts } from '../engine/query-engine.ts'
import { requireRole } from '../policy/role-of.ts'
import { toToolError } from '../to-tool-error.ts'

/** Hidden tables and columns are not named: for the role they do not exist. */
export const myPolicyResource = resourceOf<DbServices>()({
  name: 'my-policy',
  title: 'What your role may see',
  description: 'Your role, and the masks and row filters that apply to you',
  uri: 'database://policies/me',
  async read(_, { services, caller }) {
    const role = requireRole(caller)
    const sections = services.sources.map(async ({ id, engine }) => {
      const tables = await engine.describe(role).catch((error) => {
        throw toToolError(error, [])
      })
      const rules = tables.flatMap(rulesOf)
      return [`## ${id}`, ...(rules.length > 0 ? rules : ['- nothing is masked or left out'])].join('\n')
    })
    return [`# Your role: ${role}`, ...(await Promise.all(sections))].join('\n\n')
  },
})

function rulesOf({ name, columns, rowFilter }: TableFacts): string[] {
  const masks = columns.flatMap((column) => (column.mask ? [`- ${name}.${column.name}: masked (${column.mask})`] : []))
  return rowFilter ? [`- ${name}: ${rowFilter}`, ...masks] : masks
}
