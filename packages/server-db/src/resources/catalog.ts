/** The resource that names every database with its tables, as the caller's role sees them. */
import { resourceOf } from '@causeway/shared-contracts/define-resource'
import type { DbServices } from '../db-services.ts'
import { viewerOf } from '../policy/viewer-of.ts'
import { outlineTable } from '../table-outline.ts'
import { visibleTables } from '../visible-tables.ts'

/** Empty for a caller without a role. */
export const catalogResource = resourceOf<DbServices>()({
  name: 'catalog',
  title: 'Databases and their tables',
  description: 'Every database you may read, with its tables and row counts',
  uri: 'database://catalog',
  async read(_, { services, caller }) {
    const viewer = viewerOf(caller, services.roles)
    if (!viewer) return '# Databases\n\nNone: no role of yours is known here.'
    const sections = services.sources.map(async (source) => {
      const tables = await visibleTables({ source, viewer })
      return [
        `## ${source.id} (${source.engine.kind}, as ${viewer.role})`,
        source.about,
        '',
        ...tables.map((table) => `- ${outlineTable(table)}`),
      ].join('\n')
    })
    return ['# Databases', ...(await Promise.all(sections))].join('\n\n')
  },
})
