/** The tool that says which databases there are and in which role the caller sees them. */
import { z } from 'zod'
import { countOf } from '../count-of.ts'
import { dbTool } from '../db-services.ts'
import { DEFAULT_ROWS, MAX_PAGE_BYTES, MAX_SQL_CHARS, type SourceLimits } from '../engine/query-limits.ts'
import { viewerOf } from '../policy/viewer-of.ts'

function limitsOf({ maxRows, defaultTimeoutMs, maxTimeoutMs }: SourceLimits) {
  return {
    default_rows: Math.min(DEFAULT_ROWS, maxRows),
    max_rows: maxRows,
    max_bytes: MAX_PAGE_BYTES,
    default_timeout_ms: defaultTimeoutMs,
    max_timeout_ms: maxTimeoutMs,
    max_sql_chars: MAX_SQL_CHARS,
  }
}

/** Lists nothing for a caller without a role. */
export const listDatabases = dbTool({
  name: 'list_databases',
  title: 'List databases',
  description:
    'Lists the databases that you may read, each with its engine, your role in it and the limits of one query. Call it first when you do not know a database id; with a single database the id may be left out elsewhere. Then use search_schema.',
  effect: 'read',
  input: z.object({}),
  output: z.object({
    databases: z.array(
      z.object({ id: z.string(), engine: z.string(), role: z.string(), limits: z.record(z.string(), z.number()) }),
    ),
  }),
  run(_, { services, caller }) {
    const role = viewerOf(caller, services.roles)?.role
    const databases = role
      ? services.sources.map(({ id, engine, limits }) => ({ id, engine: engine.kind, role, limits: limitsOf(limits) }))
      : []
    const lines = databases.map(
      (one) =>
        `${one.id}: ${one.engine}, you are ${one.role}; ≤ ${one.limits.max_rows} rows and ${MAX_PAGE_BYTES} bytes a page, ≤ ${one.limits.max_timeout_ms} ms`,
    )
    const next = role
      ? 'Next: search_schema(query="…") to find tables.'
      : 'None of your roles is known here; ask the platform admin for operator, support or viewer.'
    return { text: [`${countOf(databases.length, 'database')}.`, ...lines, next].join('\n'), data: { databases } }
  },
})
