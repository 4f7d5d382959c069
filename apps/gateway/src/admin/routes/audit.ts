/** Routes about the audit record: reading it, newest first, and verifying that it is as it was written. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import { auditFolder, checkpointFolder } from '../../audit/audit-folders.ts'
import type { AuditRecord } from '../../audit/read-records.ts'
import type { AuditReport } from '../../audit/verify-audit.ts'
import { GatewayError } from '../../errors.ts'
import { pageOf, pageQuery } from '../page.ts'
import { type AdminParts, defineRoute } from '../route.ts'

const record = z
  .looseObject({
    seq: z.int(),
    time: z.iso.datetime(),
    instance: z.string(),
    agent: z.string().nullable(),
    act: z.string().nullable().describe('Who acted as the agent, or the agent that acted for the user.'),
    method: z.string().nullable(),
    tool: z.string().nullable(),
    decision: z.string().nullable(),
    kind: z.enum(['intent', 'result', 'attempt']),
    hash: z.string(),
  })
  .meta({ id: 'AuditRecord' })

const text = z.string().min(1).max(256).optional()
const filters = z.strictObject({
  ...pageQuery.shape,
  since: z.iso.datetime().optional(),
  until: z.iso.datetime().optional(),
  agent: text,
  user: text,
  tool: text,
  upstream: text,
  kind: z.enum(['intent', 'result', 'attempt']).optional(),
  decision: text,
  request: text.describe('The request id.'),
})

/** Records of one millisecond that a page may have to step over; each of them is read again. */
const PLACE = /^(\d{1,15})-(\d{1,4})$/

/** How far a reader is: the moment of the last record, and how many of that moment it has had. */
interface Place {
  untilMs: number
  had: number
}

function placeIn(cursor: string): Place {
  const [, untilMs, had] = PLACE.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (untilMs !== undefined) return { untilMs: Number(untilMs), had: Number(had) }
  throw new GatewayError('input_invalid', 'Cannot continue the list: the cursor is not one that it gave')
}

async function list(query: z.output<typeof filters>, { gateway }: AdminParts) {
  const { cursor, limit, since, until, ...filter } = query
  const place = cursor === undefined ? undefined : placeIn(cursor)
  const untilMs = place?.untilMs ?? (until === undefined ? undefined : Date.parse(until))
  const had = place?.had ?? 0
  const sinceMs = since === undefined ? undefined : Date.parse(since)
  await gateway.audit.flush()
  const found = await gateway.audit.readRecords({ ...filter, sinceMs, untilMs, limit: had + limit + 1 })
  const items = found.slice(had, had + limit)
  return { items, nextCursor: found.length > had + limit ? cursorAfter(items, place) : null }
}

function cursorAfter(items: readonly AuditRecord[], before: Place | undefined): string {
  const lastMs = Date.parse(items.at(-1)?.time ?? '')
  const same = items.filter(({ time }) => Date.parse(time) === lastMs).length
  const had = before?.untilMs === lastMs ? before.had + same : same
  return Buffer.from(`${lastMs}-${had}`).toString('base64url')
}

const report = z
  .strictObject({
    ok: z.boolean(),
    records: z.int(),
    checkpoints: z.int(),
    isKeyTrusted: z.boolean(),
    chains: z.array(z.looseObject({ instance: z.string(), firstSeq: z.int(), lastSeq: z.int() })),
  })
  .meta({ id: 'AuditReport' })

let isVerifying = false

async function verify({ gateway, store }: AdminParts): Promise<z.output<typeof report>> {
  if (isVerifying) throw new GatewayError('overloaded', 'Cannot verify the record: it is being verified already')
  isVerifying = true
  try {
    await gateway.audit.flush()
    const keys = new Map(store.auditKeys.published().map(({ kid, publicJwk }) => [kid, publicJwk]))
    const { audit } = gateway.live.config
    const workerData = { folder: auditFolder(store.dataDir), checkpoints: checkpointFolder(audit, store.dataDir), keys }
    const [found] = (await once(
      new Worker(new URL('../verify-worker.ts', import.meta.url), { workerData }),
      'message',
    )) as [AuditReport]
    const { chains, records, checkpoints, isKeyTrusted } = found
    const ok = chains.every(({ problem }) => problem === undefined)
    return { ok, records, checkpoints, isKeyTrusted, chains: chains.map((each) => ({ ...each })) }
  } finally {
    isVerifying = false
  }
}

/** Reading and verifying. */
export const auditRoutes = [
  defineRoute({
    method: 'GET',
    path: '/api/v1/audit',
    id: 'listAuditRecords',
    summary: 'Records, newest first',
    tag: 'audit',
    access: 'read',
    query: filters,
    status: 200,
    answer: pageOf(record),
    failures: [],
    handle: async ({ query }, parts) => ({ data: await list(query, parts) }),
  }),
  defineRoute({
    method: 'POST',
    path: '/api/v1/audit/verify',
    id: 'verifyAudit',
    summary: 'Whether the record is as it was written',
    tag: 'audit',
    access: 'read',
    status: 200,
    answer: report,
    failures: ['overloaded'],
    handle: async (_, parts) => ({ data: await verify(parts) }),
  }),
]
