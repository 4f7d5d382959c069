/** The tables that a caller sees in a source, for everything that tells about the schema. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { closestName } from './closest-name.ts'
import type { SourceView } from './db-services.ts'
import type { TableFacts } from './engine/query-engine.ts'
import { toToolError } from './to-tool-error.ts'

/** @throws {ToolError} */
export async function visibleTables({ source, viewer }: SourceView): Promise<TableFacts[]> {
  try {
    return await source.engine.describe(viewer)
  } catch (error) {
    throw toToolError(error)
  }
}

/**
 * The table of that name, in whatever case, and all that there are.
 * @throws {ToolError} `not_found`
 */
export async function requireTable(view: SourceView, name: string) {
  const tables = await visibleTables(view)
  const table = tables.find((one) => one.name.toLowerCase() === name.toLowerCase())
  if (table) return { tables, table }
  const names = tables.map((one) => one.name)
  const closest = closestName(name, names)
  throw new ToolError(
    'not_found',
    `No table "${name}" in ${view.source.id}.${closest ? ` Did you mean ${closest}?` : ''} Use search_schema to see the tables.`,
    { field: 'table', allowed: names.slice(0, 50), ...(closest ? { did_you_mean: closest } : {}) },
  )
}
