/** The tool that says how the databases and their connections are. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import { countOf } from '../count-of.ts'
import { dbTool, type Source, viewSource } from '../db-services.ts'
import { ADMIN } from '../policy/source-policy.ts'
import { requireViewer } from '../policy/viewer-of.ts'

/** What is dangerous about a connection is for admins alone. */
export const dbHealth = dbTool({
  name: 'db_health',
  title: 'Database health',
  description:
    'Tells whether each database answers, how fast, how many of its connections are busy, and how many queries wait. Use it when queries time out or are refused as busy.',
  effect: 'read',
  input: z.object({ database: z.string().max(64).optional().describe('Database id; all when left out') }),
  output: z.object({
    databases: z.array(
      z.object({
        id: z.string(),
        ok: z.boolean(),
        detail: z.string(),
        version: z.string().nullable(),
        elapsed_ms: z.number().nullable(),
        connections: z.object({ limit: z.int(), open: z.int(), busy: z.int() }),
        queue: z.object({ limit: z.int(), waiting: z.int() }),
        warnings: z.array(z.string()),
      }),
    ),
  }),
  async run({ database }, { services, caller }) {
    const { role } = requireViewer(caller, services.roles)
    const sources = database === undefined ? services.sources : [viewSource(services, caller, database).source]
    if (sources.length === 0) throw new ToolError('not_found', 'There are no databases. Ask the platform admin.')
    const databases = await Promise.all(sources.map((source) => stateOf(source, role === ADMIN)))
    const lines = databases.map(
      ({ id, ok, detail, elapsed_ms: ms, connections, queue, warnings }) =>
        `${id}: ${ok ? 'ok' : 'not available'}, ${detail}${ms === null ? '' : `, answered in ${ms} ms`}; ${connections.busy} of ${connections.limit} connections busy, ${queue.waiting} waiting${warnings.map((one) => `; warning: ${one}`).join('')}`,
    )
    const broken = databases.filter(({ ok }) => !ok)
    const next =
      broken.length > 0
        ? `Next: use the other databases meanwhile; ${broken.map(({ id }) => id).join(', ')} is tried anew with each call.`
        : 'Next: run_query.'
    return {
      text: [`${countOf(databases.length, 'database')}, ${broken.length} not available.`, ...lines, next].join('\n'),
      data: { databases },
    }
  },
})

async function stateOf({ id, engine }: Source, seesWarnings: boolean) {
  const { ok, detail, version, latencyMs, connections, queue, warnings } = await engine.health()
  return {
    id,
    ok,
    detail: detail ?? '',
    version,
    elapsed_ms: latencyMs,
    connections,
    queue,
    warnings: seesWarnings ? warnings : [],
  }
}
