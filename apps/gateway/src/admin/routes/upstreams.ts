/** Routes about upstreams: how they are, and connecting or listing them again. What they are made of stands in the file alone. */
import { z } from 'zod'
import { KINDS } from '../../catalog/definition.ts'
import type { UpstreamConfig } from '../../config/schema.ts'
import { GatewayError } from '../../errors.ts'
import { pageOf, pageQuery, paginate } from '../page.ts'
import { type AdminParts, defineRoute } from '../route.ts'

const upstream = z
  .strictObject({
    id: z.string(),
    title: z.string(),
    owner: z.string().nullable(),
    kind: z
      .enum(['run', 'url', 'command'])
      .describe('How it is reached; commands, arguments, environments and addresses are not told here.'),
    tags: z.array(z.string()),
    namespace: z.string(),
    trust: z.enum(['auto', 'review', 'manifest']),
    state: z.enum(['connecting', 'ready', 'degraded', 'down', 'disabled']),
    code: z.string().nullable().describe('Of what kind the last error is, where it is known.'),
    reason: z.string().nullable().describe('The last error, while it lasts.'),
    era: z.enum(['modern', 'legacy']).nullable(),
    version: z.string().nullable().describe('What it says its own version is.'),
    counts: z
      .strictObject(Object.fromEntries(KINDS.map((kind) => [kind, z.int()])))
      .describe('Definitions that are served.'),
    quarantined: z.int().describe('Definitions that are held back because they have changed.'),
    leftOut: z.array(z.strictObject({ kind: z.string(), name: z.string(), reason: z.string() })),
    callsUnderWay: z.int(),
  })
  .meta({ id: 'Upstream' })

const ofId = z.strictObject({ id: z.string() })
const MAX_LEFT_OUT = 200

function toAnswer(config: UpstreamConfig, { gateway }: AdminParts): z.output<typeof upstream> {
  const { id, title, owner = null, kind, tags, namespace, trust } = config
  const running = gateway.upstreams.get(id)
  const part = gateway.catalog.current.upstreams.get(id)
  const state = running?.state
  const leftOut = [...(part?.leftOut ?? []), ...(gateway.catalog.current.leftOut.get(id) ?? [])]
  return {
    ...{ id, title, owner, kind, tags, namespace, trust },
    state: state?.kind ?? 'disabled',
    code: (state && 'code' in state && state.code) || null,
    reason: state && 'reason' in state ? state.reason : null,
    era: part?.identity.era ?? null,
    version: part?.identity.version ?? null,
    counts: Object.fromEntries(
      KINDS.map((each) => [each, part?.entries.filter((entry) => entry.kind === each).length ?? 0]),
    ),
    quarantined: part?.quarantined?.length ?? 0,
    leftOut: leftOut.slice(0, MAX_LEFT_OUT).map(({ kind, name, reason }) => ({ kind, name, reason })),
    callsUnderWay: running?.bulkhead.inFlight ?? 0,
  }
}

function configOf(id: string, { gateway }: AdminParts): UpstreamConfig {
  const { upstreams } = gateway.live.config
  const config = Object.hasOwn(upstreams, id) ? upstreams[id] : undefined
  if (config) return config
  throw new GatewayError('item_unknown', `Cannot find upstream "${id}": none is configured under that id`)
}

function requireRunning(isRunning: boolean, id: string): void {
  if (!isRunning) throw new GatewayError('item_unknown', `Cannot reach upstream "${id}": it is disabled`)
}

/** Listing, one, refresh and restart. */
export const upstreamRoutes = [
  defineRoute({
    method: 'GET',
    path: '/api/v1/upstreams',
    id: 'listUpstreams',
    summary: 'Upstreams, their states and what they offer',
    tag: 'upstreams',
    access: 'read',
    query: pageQuery,
    status: 200,
    answer: pageOf(upstream),
    failures: [],
    handle({ query }, parts) {
      const all = Object.values(parts.gateway.live.config.upstreams).map((config) => toAnswer(config, parts))
      return { data: paginate(all, query, ({ id }) => id) }
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/upstreams/{id}',
    id: 'getUpstream',
    summary: 'One upstream',
    tag: 'upstreams',
    access: 'read',
    params: ofId,
    status: 200,
    answer: upstream,
    failures: ['item_unknown'],
    handle: ({ params }, parts) => ({ data: toAnswer(configOf(params.id, parts), parts) }),
  }),
  actionRoute('refresh', 'List its definitions now'),
  actionRoute('restart', 'Connect anew, or start its child anew; calls under way end on the old one'),
]

/** What can be done to an upstream that runs. */
function actionRoute(action: 'refresh' | 'restart', summary: string) {
  return defineRoute({
    method: 'POST',
    path: `/api/v1/upstreams/{id}/${action}`,
    id: `${action}Upstream`,
    summary,
    tag: 'upstreams',
    access: 'write',
    params: ofId,
    status: 202,
    answer: upstream,
    failures: ['item_unknown'],
    handle({ params }, parts) {
      const config = configOf(params.id, parts)
      requireRunning(parts.gateway[action](params.id), params.id)
      return { data: toAnswer(config, parts) }
    },
  })
}
