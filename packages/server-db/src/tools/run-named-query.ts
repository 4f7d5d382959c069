/** The tool that runs a question whose SQL is already written. */
import { cursorInput } from '@causeway/shared-contracts/cursor-codec'
import { z } from 'zod'
import { dbTool, viewSource } from '../db-services.ts'
import { bindNamed, findQuery } from '../named-queries.ts'
import { answerPage, pageOutput } from '../results/answer-page.ts'
import { databaseInput, limitInput } from './fields.ts'

/** What it shows is masked as for every query. */
export const runNamedQuery = dbTool({
  name: 'run_named_query',
  title: 'Run a named query',
  description:
    'Runs one of the questions that list_named_queries lists, with its parameters by name, and returns its rows as run_query does.',
  effect: 'read',
  input: z.object({
    database: databaseInput,
    name: z.string().min(1).max(64).describe('E.g. "customer_overview"'),
    params: z
      .record(z.string(), z.union([z.string().max(10_000), z.number(), z.boolean(), z.null()]))
      .default({})
      .describe('Values by name, e.g. {"customer_id": 77}'),
    limit: limitInput,
    cursor: cursorInput,
  }),
  output: pageOutput,
  run({ database, name, params, limit, cursor }, call) {
    const view = viewSource(call.services, call.caller, database)
    const query = findQuery(view, name)
    const request = { tool: 'run_named_query', sql: query.sql, params: bindNamed(query, params), limit, cursor }
    return answerPage(view, request, call)
  },
})
