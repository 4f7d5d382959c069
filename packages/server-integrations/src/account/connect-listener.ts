/** The pages that a person sees while connecting an account: served on loopback, from the first link on. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const MAX_BODY_BYTES = 20_000
const HOST = '127.0.0.1'

/** A request of a browser. */
export interface PageRequest {
  method: string
  path: string
  query: URLSearchParams
  cookies: ReadonlyMap<string, string>
  /** Of a form. */
  form: URLSearchParams
}

/** What the browser gets: a page, or another address. */
export interface PageAnswer {
  status: number
  html?: string
  location?: string
  cookie?: string
}

/** Where it listens, and under which address browsers reach it. */
export interface ListenerSettings {
  port: number
  /** The address in front of it, without a trailing slash; its own when undefined. */
  publicUrl: string | undefined
}

/** Prepares the listener; it opens with the first call of `url`. */
export function createConnectListener(
  { port, publicUrl }: ListenerSettings,
  answer: (request: PageRequest) => Promise<PageAnswer>,
) {
  let opening: Promise<Server> | undefined
  const open = async () => {
    const http = createServer((incoming, response) => {
      respond(incoming, response, { answer, base: new URL(addressOf(http)) }).catch(() => response.destroy())
    })
    http.listen(port, HOST)
    await once(http, 'listening')
    return http
  }
  const addressOf = (http: Server) => publicUrl ?? `http://${HOST}:${(http.address() as AddressInfo).port}`
  return {
    async url(): Promise<string> {
      opening ??= open()
      opening.catch(() => {
        opening = undefined
      })
      return addressOf(await opening)
    },
    async close() {
      const http = await opening?.catch(() => undefined)
      http?.closeAllConnections()
      http?.close()
    },
  }
}

async function respond(
  incoming: IncomingMessage,
  response: ServerResponse,
  { answer, base }: { answer: (request: PageRequest) => Promise<PageAnswer>; base: URL },
): Promise<void> {
  // Another name for this address would let a foreign page read these.
  if (incoming.headers.host !== base.host) return void response.writeHead(403).end()
  const { pathname, searchParams } = new URL(incoming.url ?? '/', base)
  const form = new URLSearchParams(await readBody(incoming))
  const page = await answer({
    method: incoming.method ?? 'GET',
    path: pathname,
    query: searchParams,
    cookies: cookiesOf(incoming.headers.cookie ?? ''),
    form,
  })
  response.writeHead(page.status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    ...(page.location ? { location: page.location } : {}),
    ...(page.cookie ? { 'set-cookie': base.protocol === 'https:' ? `${page.cookie}; Secure` : page.cookie } : {}),
  })
  response.end(page.html ?? '')
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) throw new Error('Cannot read the form: it is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function cookiesOf(header: string): Map<string, string> {
  return new Map(header.split(/;\s*/).map((pair) => pair.split('=', 2) as [string, string]))
}
