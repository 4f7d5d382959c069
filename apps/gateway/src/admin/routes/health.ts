/** Routes about the gateway as a whole: health, metrics, and the description of the API. */
import { z } from 'zod'
import { renderMetrics } from '../../observe/render-metrics.ts'
import { openApiDocument } from '../open-api.ts'
import { type AdminParts, defineRoute } from '../route.ts'
import { ROUTES } from '../routes.ts'

const STATES = ['connecting', 'ready', 'degraded', 'down'] as const

const health = z
  .strictObject({
    ok: z.boolean().describe('Whether it takes calls.'),
    version: z.string(),
    startedAt: z.iso.datetime(),
    draining: z.boolean(),
    catalogVersion: z.int().describe('Grows with every change of the catalog.'),
    policyVersion: z.int().describe('Of the rules that are made through this API.'),
    stores: z.record(z.string(), z.strictObject({ ok: z.boolean() })),
    upstreams: z.record(z.enum(STATES), z.int()).describe('How many upstreams are in each state.'),
    callsUnderWay: z.int(),
    openStreams: z.int(),
  })
  .meta({ id: 'Health' })

/** Version of this API, and of the gateway. */
const API_VERSION = '0.1.0'

function healthOf({ gateway, store, startedAtMs }: AdminParts): z.output<typeof health> {
  const states = [...gateway.upstreams.values()].map(({ state }) => state.kind)
  const count = (wanted: string) => states.filter((state) => state === wanted).length
  return {
    ok: !gateway.isDraining,
    version: API_VERSION,
    startedAt: new Date(startedAtMs).toISOString(),
    draining: gateway.isDraining,
    catalogVersion: gateway.catalog.current.version,
    policyVersion: store.policyVersions.newest(),
    stores: gateway.stores(),
    upstreams: {
      connecting: count('connecting'),
      ready: count('ready'),
      degraded: count('degraded'),
      down: count('down'),
    },
    callsUnderWay: gateway.admission.inFlight,
    openStreams: gateway.streams.size,
  }
}

/** Health, metrics and description. */
export const healthRoutes = [
  defineRoute({
    method: 'GET',
    path: '/api/v1/health',
    id: 'getHealth',
    summary: 'How the gateway is',
    tag: 'health',
    access: 'read',
    status: 200,
    answer: health,
    failures: [],
    handle: (_, parts) => ({ data: healthOf(parts) }),
  }),
  defineRoute({
    method: 'GET',
    path: '/metrics',
    id: 'getMetrics',
    summary: 'Metrics for Prometheus',
    tag: 'health',
    access: 'read',
    status: 200,
    answer: z.string(),
    mediaType: 'text/plain',
    failures: [],
    async handle({ accept }, { gateway }) {
      const { contentType, body } = await renderMetrics(gateway, accept)
      return new Response(body, { headers: { 'content-type': contentType } })
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/openapi.json',
    id: 'getOpenApi',
    summary: 'This description',
    tag: 'health',
    access: 'open',
    status: 200,
    answer: z.looseObject({ openapi: z.literal('3.1.1') }),
    failures: [],
    handle: () => ({ data: openApiDocument(ROUTES) }),
  }),
]
