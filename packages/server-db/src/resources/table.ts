/** The resource that describes one table as the caller's role sees it. */
import { resourceOf } from '@causeway/shared-contracts/define-resource'
import { type DbServices, viewSource } from '../db-services.ts'
import { linksTo, outlineColumn, outlineLink, outlineTable, toLink } from '../table-outline.ts'
import { requireTable } from '../visible-tables.ts'
import { databasesLike } from './databases-like.ts'

export const tableResource = resourceOf<DbServices>()({
  name: 'table',
  title: 'One table',
  description: 'Columns, masks and references of one table, both ways',
  uri: 'database://{db}/tables/{table}',
  complete: { db: databasesLike },
  async read({ db, table: name }, { services, caller }) {
    const view = viewSource(services, caller, db ?? '')
    const { tables, table } = await requireTable(view, name ?? '')
    return [
      `# ${view.source.id}.${table.name} (as ${view.viewer.role})`,
      '',
      outlineTable(table),
      ...table.columns.map((column) => `- ${outlineColumn(column)}${column.about ? `: ${column.about}` : ''}`),
      ...table.foreignKeys.map((key) => `- references ${outlineLink(toLink(key))}`),
      ...linksTo(table.name, tables).map(
        (link) => `- referenced by ${link.table}.${link.to_columns.join(', ')} → ${link.columns.join(', ')}`,
      ),
    ].join('\n')
  },
})
