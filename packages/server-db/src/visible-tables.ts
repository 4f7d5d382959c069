/** The tables that a caller sees in a source, for everything that tells about the schema. */
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
