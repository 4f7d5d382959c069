/** What tests of the public listener share: its options, requests as text, and servers that are closed behind them. */
import { once } from 'node:events'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll } from 'vitest'
import { KEEP_ALIVE_MS } from './kept-lines.ts'

/** Short times, a small head. */
export const OPTIONS = {
  maxHeaderSize: 4 * 1024,
  keepAliveTimeout: KEEP_ALIVE_MS,
  headersTimeout: 300,
  requestTimeout: 600,
  connectionsCheckingInterval: 100,
  requireHostHeader: false,
}

export const body = '{"jsonrpc":"2.0","id":1,"method":"ping"}'

/** The head of a request, up to the empty line. */
export function post(more = '', length: string | number = body.length, url = '/mcp'): string {
  return `POST ${url} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n${more}Content-Length: ${length}\r\n\r\n`
}

/** A plain request. */
export const usual = post() + body

export async function collect(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Listens until all tests of the file have ended. */
export async function listen<T extends Server>(server: T): Promise<T & { port: number }> {
  closing.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return Object.assign(server, { port: (server.address() as AddressInfo).port })
}

const closing: Server[] = []
afterAll(() => {
  for (const server of closing.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})
