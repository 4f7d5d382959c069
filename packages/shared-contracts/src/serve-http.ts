/** The HTTP face of a domain server: `/mcp` for callers it can name, and the health endpoints. */
import type { AddressInfo } from 'node:net'
import { serve as listen, type ServerType } from '@hono/node-server'
import {
  createMcpHandler,
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
} from '@modelcontextprotocol/server'
import { Hono } from 'hono'
import type { Caller } from './caller.ts'
import type { Changes, DomainServer, Opened } from './define-domain-server.ts'
import type { McpServerFactory } from './mcp-server.ts'
import type { Meter } from './meter.ts'
import { type Trust, toAuthInfo } from './request-context.ts'

interface HttpFace<Services> {
  server: DomainServer<Services>
  factory: McpServerFactory
  opened: Opened<Services>
  trust: Trust
  meter: Meter
  listeners: Changes[]
  host: string
  port: number
}

/** Listens and returns the URL of `/mcp` and how to stop: answers what is in flight, then closes. */
export async function listenHttp<Services>(face: HttpFace<Services>): Promise<{ url: string; close(): Promise<void> }> {
  const handler = createMcpHandler(({ era }) => face.factory({ canSubscribe: era === 'modern' }))
  face.listeners.push(handler.notify)
  const state = { draining: false }
  const app = healthRoutes(face, state)
  app.all('/mcp', async (context) => {
    const refused = 'local' in face.trust ? refusedPage(context.req.raw) : undefined
    if (refused) return refused
    const caller = await provenCaller(context.req.raw, face.trust)
    if (!caller)
      return context.json({ error: 'Cannot serve this request: no valid gateway token' }, 401, {
        'WWW-Authenticate': 'Bearer',
      })
    return handler.fetch(context.req.raw, { authInfo: toAuthInfo(caller) })
  })
  const http = await started(app, face)
  const { port } = http.address() as AddressInfo
  return {
    url: `http://${face.host}:${port}/mcp`,
    async close() {
      state.draining = true
      const closed = new Promise<void>((resolve) => http.close(() => resolve()))
      // A connection whose answer has just gone out is idle, and its client would hold it for seconds.
      const sweep = setInterval(() => 'closeIdleConnections' in http && http.closeIdleConnections(), 20)
      await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 10_000).unref())])
      clearInterval(sweep)
      await handler.close()
    },
  }
}

function healthRoutes<Services>(face: HttpFace<Services>, state: { draining: boolean }): Hono {
  const app = new Hono()
  app.get('/livez', (context) => context.json({ ok: true }))
  app.get('/readyz', async (context) => {
    const dependencies = await face.opened.health()
    const ok = !state.draining && Object.values(dependencies).every((each) => each.ok)
    return context.json({ ok, draining: state.draining, dependencies }, ok ? 200 : 503)
  })
  const { id, version, owner, stability = 'stable' } = face.server
  app.get('/version', (context) => context.json({ id, version, owner, stability }))
  app.get('/metrics', async (context) =>
    context.text(await face.meter.registry.metrics(), 200, { 'Content-Type': face.meter.registry.contentType }),
  )
  return app
}

// A page of the web that is open on this machine must not be the local caller.
function refusedPage(request: Request): Response | undefined {
  return (
    hostHeaderValidationResponse(request, localhostAllowedHostnames()) ??
    originValidationResponse(request, localhostAllowedOrigins())
  )
}

async function provenCaller(request: Request, trust: Trust): Promise<Caller | undefined> {
  if ('local' in trust) return trust.local
  const token = /^Bearer (\S+)$/.exec(request.headers.get('authorization') ?? '')?.[1]
  return token ? trust.verifier.verify(token).catch(() => undefined) : undefined
}

function started<Services>(app: Hono, face: HttpFace<Services>): Promise<ServerType> {
  return new Promise((resolve, reject) => {
    const http = listen({ fetch: app.fetch, hostname: face.host, port: face.port }, () => resolve(http))
    http.once('error', reject)
  })
}
