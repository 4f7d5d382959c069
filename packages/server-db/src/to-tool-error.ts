/** Turns an engine's failure into a tool error: what happened, why, and what to do instead. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { closestName } from './closest-name.ts'
import type { SourceView } from './db-services.ts'
import type { TableFacts } from './engine/query-engine.ts'
import { QueryFailure, type QueryFailureShape, type RefusalRule } from './engine/query-failure.ts'

const INSTEAD: Record<RefusalRule, string> = {
  plain_text: 'Send plain text and pass special values in params.',
  one_statement: 'Send one SELECT a call; a closing semicolon and comments are fine.',
  select_only: 'This database is read-only: rewrite it as one SELECT, WITH … SELECT or VALUES.',
  no_pragma: 'Use search_schema or describe_table to learn about the schema.',
  no_catalog: 'Use search_schema to see the tables there are.',
  no_locking: 'Leave FOR UPDATE, FOR SHARE and LOCK out: reading needs no locks here.',
  allowed_functions: 'Use built-in aggregate, window, text, date, math and JSON functions.',
  allowed_operators: 'Use built-in operators, without a schema before them.',
  allowed_types: 'Cast to built-in types of numbers, text, dates, booleans and JSON.',
  allowed_syntax:
    'Write it with SELECT, FROM, JOIN, WHERE, GROUP BY, HAVING, WINDOW, ORDER BY, LIMIT, WITH and set operations.',
  bounded_size: 'Split the statement, or put long lists of values in params.',
  write_only: 'Send INSERT, UPDATE or DELETE here, and SELECT to run_query.',
  write_allow_list: 'Ask the platform admin to allow this write for your role in databases.yaml.',
}

const CODES: Record<QueryFailureShape['kind'], { code: string; retryable: boolean; next: string }> = {
  refused: { code: 'statement_refused', retryable: false, next: '' },
  parameters: { code: 'invalid_arguments', retryable: false, next: 'Give one value in params for each of $1, $2, …' },
  sql: { code: 'sql_error', retryable: false, next: 'Correct the statement; describe_table tells the columns.' },
  timeout: {
    code: 'query_timeout',
    retryable: false,
    next: 'Filter or aggregate earlier, or raise timeout_ms (most 30000).',
  },
  too_heavy: {
    code: 'query_too_heavy',
    retryable: false,
    next: 'It probably took too much memory: filter or aggregate earlier.',
  },
  busy: { code: 'busy', retryable: true, next: 'Try again in a second.' },
  unavailable: { code: 'database_unavailable', retryable: true, next: 'Try again later; other databases may work.' },
  canceled: { code: 'canceled', retryable: true, next: 'Call again if the answer is still wanted.' },
}

/** Names that an error may suggest. */
export interface Known {
  tables: readonly TableFacts[]
  functions: ReadonlySet<string>
}

const NOTHING_KNOWN: Known = { tables: [], functions: new Set() }

/** @param known what the caller may use, for suggestions; other errors than an engine's pass unchanged */
export function toToolError(error: unknown, known = NOTHING_KNOWN): unknown {
  if (!(error instanceof QueryFailure)) return error
  const { kind, message, rule, instead } = error.shape
  const { code, retryable, next } = CODES[kind]
  const meant = kind === 'sql' || rule === 'allowed_functions' ? suggestion(message, known) : undefined
  const said = /[.!?]$/.test(message) ? message : `${message}.`
  const text = [
    rule ? `Statement refused by the rule ${rule}: ${said}` : said,
    meant ? `Did you mean ${meant}?` : '',
    instead ?? (rule ? INSTEAD[rule] : next),
  ]
  return new ToolError(code, text.filter(Boolean).join(' '), {
    retryable,
    ...(retryable && kind === 'busy' ? { retry_after_ms: 1_000 } : {}),
    ...(kind === 'parameters' ? { field: 'params' } : {}),
    ...(kind === 'refused' || kind === 'sql' ? { field: 'sql' } : {}),
    ...(rule ? { rule } : {}),
    ...(meant ? { did_you_mean: meant } : {}),
  })
}

/** Settles as `run` does, but for an engine's failures, which become tool errors with suggestions from what the viewer sees. */
export async function asToolErrors<T>({ source, viewer }: SourceView, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    const { engine } = source
    const tables =
      error instanceof QueryFailure && needsTables(error) ? await engine.describe(viewer).catch(() => []) : []
    throw toToolError(error, { tables, functions: engine.functions })
  }
}

function needsTables({ shape }: QueryFailure): boolean {
  return shape.kind === 'sql'
}

function suggestion(message: string, { tables, functions }: Known): string | undefined {
  const table = /no such table: (\S+)/.exec(message)?.[1]
  if (table)
    return closestName(
      table,
      tables.map((one) => one.name),
    )
  const column = /no such column: "?([^\s"]+)/.exec(message)?.[1]?.split('.').at(-1)
  if (column) return closestName(column, [...new Set(tables.flatMap((one) => one.columns.map((each) => each.name)))])
  const called = /no such function: (\S+)|The function (\S+) is/.exec(message)
  return called ? closestName(called[1] ?? called[2] ?? '', [...functions]) : undefined
}
