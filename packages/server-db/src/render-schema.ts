/** The schema of a source as markdown, for the resource and the prompt. */
import type { SourceView } from './db-services.ts'
import { outlineColumn, outlineLink, outlineTable, toLink } from './table-outline.ts'
import { toToolError } from './to-tool-error.ts'

/** Every table that the role sees, with columns and references. */
export async function renderSchema({ source, role }: SourceView): Promise<string> {
  const tables = await source.engine.describe(role).catch((error) => {
    throw toToolError(error, [])
  })
  const sections = tables.map((table) =>
    [
      `## ${table.name}`,
      outlineTable(table),
      ...table.columns.map((column) => `- ${outlineColumn(column)}${column.about ? `: ${column.about}` : ''}`),
      ...table.foreignKeys.map((key) => `- references ${outlineLink(toLink(key))}`),
    ].join('\n'),
  )
  return [`# ${source.id} (${source.engine.kind}, as ${role})\n\n${source.about}`, ...sections].join('\n\n')
}
