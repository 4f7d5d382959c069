/** The tool that finds operations of third-party APIs by what they do. */
import { cursorInput } from '@causeway/shared-contracts/cursor-codec'
import { z } from 'zod'
import type { Operation } from '../openapi/operation.ts'
import { rankOperations } from '../openapi/rank-operations.ts'
import { integrationTool } from './integration-tool.ts'

const TOOL = 'search_operations'
const MAX_PATH = 150
const Place = z.object({ after: z.number().int().min(0) })

/** `search_operations` */
export const searchOperations = integrationTool({
  name: TOOL,
  title: 'Search API operations',
  description:
    'Finds operations of connected APIs by words. For what no own tool does; prefer the github_, slack_, stripe_, linear_ and jira_ tools. Next: describe_operation.',
  effect: 'read',
  input: z.object({
    query: z.string().max(200).default('').describe('What to do, like "list invoices"; empty lists all'),
    connector: z.string().max(30).optional(),
    effect: z.enum(['read', 'write', 'destroy']).optional(),
    limit: z.number().int().min(1).max(50).default(20),
    cursor: cursorInput,
  }),
  output: z.object({
    total: z.number(),
    operations: z.array(z.record(z.string(), z.string())),
    next_cursor: z.string().optional(),
  }),
  async run(args, call) {
    const { catalog } = call.services.operations
    const apis = (await catalog.all()).filter(({ api }) => !args.connector || api.connector === args.connector)
    if (apis.length === 0 && args.connector) await catalog.find(args.connector, '')
    const all = apis.flatMap(({ api }) => [...api.operations.values()])
    const ranked = rankOperations(args.effect ? all.filter(({ effect }) => effect === args.effect) : all, args.query)
    const { cursor, limit, ...filters } = args
    const walk = { caller: call.caller, tool: TOOL, filters: { ...filters, of: all.length } }
    const from = call.services.cursors.open(cursor, walk, Place)?.after ?? 0
    const rows = ranked.slice(from, from + limit).map(({ operation }) => toRow(operation))
    const end = from + rows.length
    const next = end < ranked.length ? { next_cursor: call.services.cursors.seal({ after: end }, walk) } : {}
    const lines = rows.map((row) => `- ${row.connector} ${row.operation} · ${row.effect} · ${row.title}`)
    const advice =
      rows.length > 0
        ? 'describe_operation for its arguments'
        : `other words; connectors: ${catalog.connectors().join(', ')}`
    return {
      text: [
        `${ranked.length} operations.`,
        ...lines,
        `Next: ${advice}${next.next_cursor ? `; more with cursor ${next.next_cursor}` : ''}.`,
      ].join('\n'),
      data: { total: ranked.length, operations: rows, ...next },
    }
  },
})

function toRow({ connector, id, effect, title, method, path }: Operation) {
  return { connector, operation: id, effect, title, request: `${method} ${path.slice(0, MAX_PATH)}` }
}
