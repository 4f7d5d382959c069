/** One HTTP exchange with a third-party API: bounded in time and in decoded bytes, never redirected. */
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Dispatcher } from 'undici'
import { TransportFailure, toTransportFailure } from './transport-failure.ts'

/** What is sent. */
export interface Exchange {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD'
  /** Path and query, already encoded. */
  path: string
  headers: Record<string, string>
  body?: string | Uint8Array
}

/** What came back, whatever its status. */
export interface Reply {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}

/**
 * Sends one request and reads its whole answer.
 * @param pool fixed to one origin, so that nothing here can reach another
 * @throws TransportFailure
 */
export async function exchange(
  pool: Dispatcher,
  request: Exchange,
  bounds: { signal: AbortSignal; maxBytes: number },
): Promise<Reply> {
  try {
    const response = await pool.request({
      method: request.method,
      path: request.path,
      headers: { ...request.headers, 'accept-encoding': 'gzip' },
      body: request.body ?? null,
      signal: bounds.signal,
    } as Dispatcher.RequestOptions)
    return { status: response.statusCode, headers: response.headers, text: await readText(response, bounds.maxBytes) }
  } catch (error) {
    throw toTransportFailure(error, bounds.signal)
  }
}

async function readText(response: Dispatcher.ResponseData, maxBytes: number): Promise<string> {
  const encoding = response.headers['content-encoding'] ?? 'identity'
  if (encoding !== 'gzip' && encoding !== 'identity') {
    response.body.destroy()
    throw new TransportFailure('unreadable', `the answer is encoded as ${String(encoding).slice(0, 20)}`)
  }
  const decoded = encoding === 'gzip' ? pipeline(response.body, createGunzip(), () => {}) : response.body
  const chunks: Buffer[] = []
  let bytes = 0
  // Counted after decoding: a few compressed kilobytes may unfold into gigabytes.
  for await (const chunk of decoded as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new TransportFailure('too_large', `the answer exceeds ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
