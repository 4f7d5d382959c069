/** The resource that names every database with its tables, as the caller's role sees them. */
import { resourceOf } from '@causeway/shared-contracts/define-resource'
import type { DbServices } from '../db-services.ts'
import { roleOf } from '../policy/role-of.ts'
import { outlineTable } from '../table-outline.ts'
import { toToolError } from '../to-tool-error.ts'

/** Empty for a caller without a role. */
export const catalogResource = resourceOf<DbServices>()({
  name: 'catalog',
  title: 'Databases and their tables',
  description: 'Every database you may read, with its tables and row counts',
  uri: 'database://catalog',
  async read(_, { services, caller }) {
    const role = roleOf(caller)
    if (!role) return '# Databases\n\nNone: no role of yours is known here.'
    const sections = services.sources.map(async ({ id, about, engine }) => {
      const tables = await engine.describe(role).catch((error) => {
        throw toToolError(error, [])
      })
      return [
        `## ${id} (${engine.kind}, as ${role})`,
        about,
        '',
        ...tables.map((table) => `- ${outlineTable(table)}`),
      ].join('\n')
    })
    return ['# Databases', ...(await Promise.all(sections))].join('\n\n')
  },
})
