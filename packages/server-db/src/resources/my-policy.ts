/** The resource that tells a caller what is masked, hidden or left out for its role. */
import { resourceOf } from '@causeway/shared-contracts/define-resource'
import type { DbServices } from '../db-services.ts'
import type { TableFacts } from '../engine/query-engine.ts'
import { requireViewer } from '../policy/viewer-of.ts'
import { visibleTables } from '../visible-tables.ts'

/** Hidden tables and columns are not named: for the role they do not exist. */
export const myPolicyResource = resourceOf<DbServices>()({
  name: 'my-policy',
  title: 'What your role may see',
  description: 'Your role, and the masks and row filters that apply to you',
  uri: 'database://policies/me',
  async read(_, { services, caller }) {
    const viewer = requireViewer(caller, services.roles)
    const sections = services.sources.map(async (source) => {
      const tables = await visibleTables({ source, viewer })
      const rules = tables.flatMap(rulesOf)
      return [`## ${source.id}`, ...(rules.length > 0 ? rules : ['- nothing is masked or left out'])].join('\n')
    })
    return [`# Your role: ${viewer.role}`, ...(await Promise.all(sections))].join('\n\n')
  },
})

function rulesOf({ name, columns, rowFilter }: TableFacts): string[] {
  const masks = columns.flatMap((column) => (column.mask ? [`- ${name}.${column.name}: masked (${column.mask})`] : []))
  return rowFilter ? [`- ${name}: ${rowFilter}`, ...masks] : masks
}
