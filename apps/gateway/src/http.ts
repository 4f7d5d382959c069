/** The edge: requests on MCP routes go straight to line 1, whoever has read them; hono serves health and published keys. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { isLoopbackHost } from './config/loopback.ts'
import type { Gateway } from './gateway.ts'
import { KEEP_ALIVE_MS } from './http1/kept-lines.ts'
import { PlainServer } from './http1/plain-server.ts'
import { type Arrival, serveRequest } from './request/pipeline.ts'

/** How long clients may take, and how often that is looked at. */
export interface ClientTimes {
  headersMs: number
  /** The whole request, a body that nobody reads included. */
  requestMs: number
  checkMs: number
  /** How long a client may take no byte of what waits for it. */
  stallMs: number
}

const TIMES: ClientTimes = { headersMs: 5_000, requestMs: 15_000, checkMs: 1_000, stallMs: 30_000 }
const MAX_HEADER_BYTES = 32 * 1024
/** Where clients of the transport before Streamable HTTP look. */
const OLD_ROUTE = /\/(sse|messages?)\/?$/
/** Segments of plain characters, none of them "." or "..". */
const PLAIN_PATH = /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]*)+$/
const ROUTE = /^\/s\/([a-z][a-z0-9-]{0,15})\/mcp$/

/** Makes the public listener's HTTP server; `gateway` is asked for on each request, because it is made once the port is known. */
export function createHttp(gateway: () => Gateway | undefined, some: Partial<ClientTimes> = {}): Server {
  const times = { ...TIMES, ...some }
  const edges = getRequestListener(createEdges(gateway).fetch, { hostname: 'localhost' })
  const latest = new WeakMap<Socket, ServerResponse>()
  const http = new PlainServer({
    headersTimeout: times.headersMs,
    requestTimeout: times.requestMs,
    connectionsCheckingInterval: times.checkMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    noDelay: true,
    requireHostHeader: false,
    stallMs: times.stallMs,
    accepts: (url) => gateway()?.isDraining === false && mcpRoute(url) !== undefined,
    onPlain: (request, response) =>
      serveMcp({ request, response, route: mcpRoute(request.url) ?? undefined }, gateway() as Gateway),
    onRequest(request, response) {
      latest.set(request.socket, response)
      const current = gateway()
      const route = current && mcpRoute(request.url)
      if (!current || route === undefined) {
        response.setHeader('X-Request-Id', randomUUID())
        void edges(plainly(request), response)
        return
      }
      if (current.isDraining) response.setHeader('Connection', 'close')
      response.on('error', ignore)
      serveMcp({ request, response, route: route ?? undefined }, current)
    },
  })
  // One timer for each connection, which Node.js keeps anyway: one for each response as well cost 2 % of a call.
  http.timeout = times.stallMs
  return http.on('timeout', (socket) => cutWhenStalled(socket, latest.get(socket)))
}

const ignore = () => {}

function serveMcp({ request, response, route }: Omit<Arrival, 'requestId'>, gateway: Gateway): void {
  const requestId = randomUUID()
  serveRequest({ request, response, route, requestId }, gateway).catch((error: unknown) => {
    // A fault of one request must not end the process, which an unhandled rejection does.
    response.destroy()
    gateway.log.error({ err: error, requestId }, 'request failed beyond its reply')
  })
}

// What a client does not read is kept for it in memory; one that waits for its answer is left alone.
function cutWhenStalled(socket: Socket, latest: ServerResponse | undefined): void {
  const isWaiting = latest !== undefined && !latest.writableFinished
  if (!isWaiting || socket.writableLength > 0) socket.destroy()
}

/** The upstream of the route, `null` for the aggregate, `undefined` for everything that is no MCP route. */
function mcpRoute(url = ''): string | null | undefined {
  if (url === '/mcp') return null
  // What is no path is refused there, whatever it names.
  if (!url.startsWith('/')) return null
  const path = url.split('?', 1)[0] as string
  if (path === '/mcp') return null
  return ROUTE.exec(path)?.[1]
}

// One path has one spelling: those that hono would read as another one are none.
function plainly(request: IncomingMessage): IncomingMessage {
  if (!PLAIN_PATH.test((request.url ?? '').split('?', 1)[0] as string)) request.url = '/-'
  return request
}

function createEdges(gateway: () => Gateway | undefined): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.get('/livez', (context) => context.json({ ok: true }))
  app.get('/readyz', (context) => {
    const current = gateway()
    const ok = current !== undefined && !current.isDraining
    return context.json({ ok, ...(current ? readiness(current, context.env.incoming) : {}) }, ok ? 200 : 503)
  })
  app.get('/.well-known/jwks.json', (context) => context.json(gateway()?.callTokens.jwks() ?? { keys: [] }))
  // One answer for every upstream that there could be, so that it tells of none.
  for (const path of ['', '/mcp', '/s/:upstream{[a-z][a-z0-9-]{0,15}}/mcp'])
    app.get(`/.well-known/oauth-protected-resource${path}`, (context) => {
      const metadata = gateway()?.resource.metadataOf(context.req.param('upstream'))
      return metadata ? context.json(metadata) : context.notFound()
    })
  app.notFound((context) => {
    const old = OLD_ROUTE.test(context.req.path) ? 'HTTP+SSE of revision 2024-11-05 is not served; ' : ''
    const message = `Cannot serve this path: ${old}the MCP endpoints are /mcp and /s/{upstream}/mcp`
    return context.json({ error: { code: 'unknown_route', message } }, 404)
  })
  return app
}

// Names of upstreams tell a stranger what an organization runs, so only a loopback listener says them, or one who is asked by an admin.
function readiness(gateway: Gateway, request: IncomingMessage): Record<string, unknown> {
  const { config } = gateway.live
  const stores = gateway.stores()
  if (!isLoopbackHost(config.listen.host) && !gateway.isAdmin(request)) return { draining: gateway.isDraining, stores }
  const upstreams = Object.fromEntries(
    [...gateway.upstreams].map(([id, { state }]) => {
      const part = gateway.catalog.current.upstreams.get(id)
      return [
        id,
        {
          state: state.kind,
          ...('reason' in state ? { reason: state.reason } : {}),
          ...('code' in state ? { code: state.code } : {}),
          era: part?.identity.era,
          tools: part?.entries.filter((entry) => entry.kind === 'tools').length ?? 0,
        },
      ]
    }),
  )
  return { draining: gateway.isDraining, stores, upstreams }
}
