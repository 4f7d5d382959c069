/** The tool that lists the questions whose SQL is already written. */
import { z } from 'zod'
import { dbTool, viewSource } from '../db-services.ts'
import { queriesOf } from '../named-queries.ts'
import { databaseInput } from './fields.ts'

/** Only those that the caller's role may run. */
export const listNamedQueries = dbTool({
  name: 'list_named_queries',
  title: 'List named queries',
  description:
    'Lists the questions of a database whose SQL is already written and checked, with their typed parameters. Prefer one of them to your own SQL when it fits; run it with run_named_query.',
  effect: 'read',
  input: z.object({ database: databaseInput }),
  output: z.object({
    database: z.string(),
    queries: z.array(
      z.object({
        name: z.string(),
        about: z.string(),
        parameters: z.array(
          z.object({
            name: z.string(),
            type: z.string(),
            about: z.string(),
            required: z.boolean(),
            choices: z.array(z.union([z.string(), z.number()])).optional(),
          }),
        ),
      }),
    ),
  }),
  run({ database }, { services, caller }) {
    const view = viewSource(services, caller, database)
    const queries = queriesOf(view).map(([name, { about, parameters }]) => ({
      name,
      about,
      parameters: parameters.map((one) => ({
        name: one.name,
        type: one.type,
        about: one.about,
        required: one.default === undefined,
        ...(one.choices ? { choices: one.choices } : {}),
      })),
    }))
    const lines = queries.map(
      ({ name, about, parameters }) =>
        `${name}(${parameters.map((one) => `${one.name}${one.required ? '' : '?'}: ${one.choices?.join('|') ?? one.type}`).join(', ')}): ${about}`,
    )
    const next =
      queries.length > 0 ? 'Next: run_named_query(name="…", params={…}).' : 'Next: run_query with your own SQL.'
    return {
      text: [`Named queries in ${view.source.id}: ${queries.length}.`, ...lines, next].join('\n'),
      data: { database: view.source.id, queries },
    }
  },
})
