/** The one client for every URL that the gateway fetches beyond calls of upstreams: to checked addresses alone, once, small and soon. */
import type { IncomingHttpHeaders } from 'node:http'
import type { LookupFunction } from 'node:net'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import type { Dispatcher } from 'undici'
import { checkedLookup } from './checked-lookup.ts'
import { destinationOf } from './destination.ts'

const MAX_BYTES = 256 * 1024
const TIMEOUT_MS = 5_000
const CONNECT_MS = 2_000

/** What is fetched. */
export interface EgressRequest {
  url: string
  /** URLs of the configuration: their origins may be in a private network, because the operator put them there. */
  configured: readonly string[]
  method?: 'GET' | 'POST'
  headers?: Record<string, string>
  body?: string
  /** How long all of it may take; 5 s by default. */
  timeoutMs?: number
}

/** What came back, a redirect included: none is followed. */
export interface EgressResponse {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

const DECODERS: Readonly<Record<string, (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>> = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
}

/**
 * Sends one request.
 * @param resolveName in place of the system's own
 * @throws when the URL or its address is not allowed, or the answer is larger than 256 KiB or too slow
 */
export async function egressFetch(request: EgressRequest, resolveName?: LookupFunction): Promise<EgressResponse> {
  const { url, trust } = destinationOf(request.url, request.configured)
  // A connection that is kept could serve a request that may not go where this one may.
  const { Agent, request: send } = await import('undici')
  const dispatcher = new Agent({ connect: { timeout: CONNECT_MS, lookup: checkedLookup(trust, resolveName) } })
  try {
    const response = await send(url, {
      dispatcher,
      method: request.method ?? 'GET',
      headers: { ...request.headers, 'accept-encoding': 'identity' },
      body: request.body ?? null,
      signal: AbortSignal.timeout(request.timeoutMs ?? TIMEOUT_MS),
    })
    const body = await decoded(response, await collect(response.body, request.url), request.url)
    return { status: response.statusCode, headers: response.headers, body }
  } finally {
    await dispatcher.destroy()
  }
}

async function collect(body: AsyncIterable<Buffer>, url: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  // Leaving the loop cancels the rest.
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > MAX_BYTES) throw tooLarge(url)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

// Some compress unasked; a few bytes can become a lot.
async function decoded({ headers }: Dispatcher.ResponseData, bytes: Buffer, url: string): Promise<Buffer> {
  const encoding = String(headers['content-encoding'] ?? 'identity').toLowerCase()
  if (encoding === 'identity' || bytes.length === 0) return bytes
  const decode = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding] : undefined
  if (!decode) throw new Error(`Cannot fetch "${url}": content encoding "${encoding}" is not known`)
  return decode(bytes, { maxOutputLength: MAX_BYTES }).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge(url) : cause
  })
}

function tooLarge(url: string): Error {
  return new Error(`Cannot fetch "${url}": larger than ${MAX_BYTES} bytes`)
}
