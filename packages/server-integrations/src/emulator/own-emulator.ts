/** A small stateful API on loopback, for vendors that `emulate` has not or not in full: JSON answers of routes, behind a token. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const HOST = '127.0.0.1'
const MAX_BODY_BYTES = 1_000_000

/** A request as the routes see it. */
export interface EmulatedRequest {
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
  body: string
}

/** An answer; the body is sent as JSON. */
export interface EmulatedAnswer {
  status: number
  headers?: Record<string, string>
  body: unknown
}

/** Starts it on a free port; `answer` is called for each request in turn, its errors become a 500 without a body. */
export async function startOwnEmulator(answer: (request: EmulatedRequest) => EmulatedAnswer) {
  const http = createServer((incoming, response) => {
    respond(incoming, response, answer).catch(() =>
      response.headersSent ? response.destroy() : response.writeHead(500).end(),
    )
  }).listen(0, HOST)
  await once(http, 'listening')
  return {
    origin: `http://${HOST}:${(http.address() as AddressInfo).port}`,
    async close() {
      http.closeAllConnections()
      http.close()
      await once(http, 'close')
    },
  }
}

async function respond(
  incoming: IncomingMessage,
  response: ServerResponse,
  answer: (request: EmulatedRequest) => EmulatedAnswer,
): Promise<void> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) return void response.writeHead(413).end()
    chunks.push(chunk)
  }
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://emulator')
  const { status, headers, body } = answer({
    method: incoming.method ?? 'GET',
    path: decodeURIComponent(pathname),
    query: searchParams,
    headers: incoming.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  })
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}
