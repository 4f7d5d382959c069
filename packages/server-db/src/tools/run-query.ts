/** The tool that runs one SELECT and pages through its rows. */
import { cursorInput } from '@causeway/shared-contracts/cursor-codec'
import { z } from 'zod'
import { dbTool, viewSource } from '../db-services.ts'
import { answerPage, pageOutput } from '../results/answer-page.ts'
import { databaseInput, limitInput, paramsInput, sqlInput, timeoutInput } from './fields.ts'

/** Later pages show rows of the result that the first one kept. */
export const runQuery = dbTool({
  name: 'run_query',
  title: 'Run a query',
  description:
    'Runs one read-only SELECT and returns its rows; personal columns are masked by your role (see policy). Pass values in params, never in the text. Aggregate in SQL instead of fetching rows. For a next page repeat the call with cursor. Use describe_table first for columns, check_query when a statement is refused, export_query for many rows.',
  effect: 'read',
  input: z.object({
    database: databaseInput,
    sql: sqlInput,
    params: paramsInput,
    limit: limitInput,
    cursor: cursorInput,
    timeout_ms: timeoutInput,
  }),
  output: pageOutput,
  run({ database, sql, params, limit, cursor, timeout_ms: timeoutMs }, call) {
    const view = viewSource(call.services, call.caller, database)
    return answerPage(view, { tool: 'run_query', sql, params, limit, cursor, timeoutMs }, call)
  },
})
