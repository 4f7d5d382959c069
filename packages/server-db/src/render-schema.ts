/** The schema of a source as markdown, for the resource and the prompt. */
import type { SourceView } from './db-services.ts'
import { outlineColumn, outlineLink, outlineTable, toLink } from './table-outline.ts'
import { visibleTables } from './visible-tables.ts'

/** Every table that the role sees, with columns and references. */
export async function renderSchema(view: SourceView): Promise<string> {
  const { source, viewer } = view
  const tables = await visibleTables(view)
  const sections = tables.map((table) =>
    [
      `## ${table.name}`,
      outlineTable(table),
      ...table.columns.map((column) => `- ${outlineColumn(column)}${column.about ? `: ${column.about}` : ''}`),
      ...table.foreignKeys.map((key) => `- references ${outlineLink(toLink(key))}`),
    ].join('\n'),
  )
  return [`# ${source.id} (${source.engine.kind}, as ${viewer.role})\n\n${source.about}`, ...sections].join('\n\n')
}
