/** A real HTTP proxy in front of an emulator that fails on demand: answers of its own, delays, and broken connections. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What to do with one request; `reset_after` lets the emulator act and then breaks the connection, `silent_after` lets it act and never answers. */
export type Fault =
  | 'pass'
  | 'reset'
  | 'reset_after'
  | 'silent_after'
  | { delayMs: number }
  | { status: number; headers?: Record<string, string>; body?: string | Buffer }

/** A request as the proxy saw it. */
export interface SeenRequest {
  method: string
  path: string
  headers: IncomingMessage['headers']
}

/** Starts it on a free port of loopback. */
export async function startFaultProxy(target: string) {
  const seen: SeenRequest[] = []
  const state: { plan: (request: SeenRequest, nth: number) => Fault } = { plan: () => 'pass' }
  const http = createServer(async (incoming, response) => {
    const one = { method: incoming.method ?? '', path: incoming.url ?? '', headers: incoming.headers }
    seen.push(one)
    const fault = state.plan(one, seen.length)
    if (fault === 'reset') return incoming.socket.destroy()
    if (typeof fault === 'object' && 'status' in fault) return answer(response, fault)
    if (typeof fault === 'object') await new Promise((resolve) => setTimeout(resolve, fault.delayMs))
    forward(target, incoming, response, fault)
  }).listen(0, '127.0.0.1')
  await once(http, 'listening')
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    seen,
    /** Decides from now on what happens to each request; `nth` counts from the last call of this. */
    plan(decide: (request: SeenRequest, nth: number) => Fault) {
      seen.length = 0
      state.plan = decide
    },
    async close() {
      http.closeAllConnections()
      http.close()
      await once(http, 'close')
    },
  }
}

/** A running proxy. */
export type FaultProxy = Awaited<ReturnType<typeof startFaultProxy>>

function answer(
  response: ServerResponse,
  fault: { status: number; headers?: Record<string, string>; body?: string | Buffer },
) {
  response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers }).end(fault.body ?? '{}')
}

function forward(target: string, incoming: IncomingMessage, response: ServerResponse, fault: Fault) {
  const outgoing = request(new URL(incoming.url ?? '/', target), {
    method: incoming.method ?? 'GET',
    headers: { ...incoming.headers, host: new URL(target).host },
  })
  outgoing.on('error', () => response.destroy())
  outgoing.on('response', (reply) => {
    if (fault === 'silent_after') return void reply.resume()
    if (fault === 'reset_after') return void reply.resume().on('end', () => incoming.socket.destroy())
    response.writeHead(reply.statusCode ?? 502, reply.headers)
    reply.pipe(response)
  })
  incoming.pipe(outgoing)
}
