/** The admin API: its routes behind one door, each with its input checked, and every failure from the one table. */
import type { HttpBindings } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { GatewayError, toGatewayError } from '../errors.ts'
import { errorBody } from './error-body.ts'
import { readInput } from './read-input.ts'
import { recordChange } from './record-change.ts'
import type { AdminParts, Answer, Asked, Route } from './route.ts'
import { ROUTES } from './routes.ts'

type Env = { Bindings: HttpBindings; Variables: { requestId: string } }

/** @param parts undefined until the gateway is made */
export function createAdminApp(parts: () => AdminParts | undefined): Hono<Env> {
  const app = new Hono<Env>()
  for (const route of ROUTES)
    app.on(route.method, route.path.replaceAll(/\{(\w+)\}/g, ':$1'), (context) => serve(context, route, parts()))
  app.notFound((context) => {
    // Who is not admitted does not learn which routes there are.
    parts()?.door.admit(context.env.incoming, 'read')
    throw new GatewayError('unknown_route', 'Cannot serve this path: the admin API has no such route', {
      hint: 'See /openapi.json.',
    })
  })
  app.onError((thrown, context) => {
    const error = toGatewayError(thrown)
    const requestId = context.env.outgoing.getHeader('x-request-id') as string
    if (error.code === 'internal') parts()?.gateway.log.error({ requestId, err: error }, 'admin request failed')
    return errorBody(error, requestId)
  })
  return app
}

async function serve(context: Context<Env>, route: Route, parts: AdminParts | undefined): Promise<Response> {
  if (!parts) throw new GatewayError('overloaded', 'Cannot serve the request: the gateway is starting')
  const { incoming, outgoing } = context.env
  const admin = route.access === 'open' ? undefined : parts.door.admit(incoming, route.access)
  const input = await readInput(context, route)
  const asked: Asked = {
    ...input,
    admin,
    accept: incoming.headers.accept ?? '',
    address: incoming.socket.remoteAddress ?? '',
    requestId: outgoing.getHeader('x-request-id') as string,
    signal: context.req.raw.signal,
    hangUp: () => outgoing.destroy(),
  }
  const answer = await route.handle(asked, parts)
  if (admin && route.access !== 'read') recordChange(route, asked, parts)
  return answer instanceof Response ? answer : toResponse(answer, route)
}

function toResponse({ data, etag, headers = {} }: Answer, { status }: Route): Response {
  const all = { ...headers, ...(etag === undefined ? {} : { etag: `"${etag}"` }) }
  if (status === 204) return new Response(null, { status, headers: all })
  return Response.json(data, { status, headers: all })
}
