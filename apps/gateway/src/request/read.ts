/** The `read` step: the body becomes one message of a known era, and a legacy session id the session it holds. */
import type { IncomingMessage } from 'node:http'
import { GatewayError } from '../errors.ts'
import { PlainRequest } from '../http1/plain-request.ts'
import { callerIdOf } from '../identity/caller-id.ts'
import type { OpenSession, SessionSealer } from '../identity/session-seal.ts'
import { classify } from '../wire/classify.ts'
import { type Envelope, parseEnvelope } from '../wire/envelope.ts'
import { type Era, isModernRevision } from '../wire/revisions.ts'
import type { Caller } from './caller.ts'
import type { Exchange } from './receive.ts'

/** A request whose body is still to be read. */
interface Incoming {
  request: IncomingMessage
  body: Exchange['body']
}

/** A message with what surrounds it. */
export interface Inbound {
  message: Envelope
  era: Era
  /** The legacy session it belongs to; a client may go without one. */
  session: OpenSession | undefined
}

/**
 * Parses and classifies the body.
 * @throws GatewayError parse_error | invalid_request | envelope_invalid | header_mismatch | unsupported_version | session_not_found
 */
export function read(
  body: Buffer,
  { exchange, caller, sessions }: { exchange: Exchange; caller: Caller; sessions: SessionSealer },
): Inbound {
  const message = parseEnvelope(body)
  try {
    const era = classify(message, exchange.mcp)
    if (era === 'legacy') checkLegacyVersion(exchange)
    const session =
      era === 'legacy' && message.method !== 'initialize' ? openSession(exchange, caller, sessions) : undefined
    return { message, era, session }
  } catch (error) {
    throw Object.assign(error as Error, { idText: message.kind === 'request' ? message.idText : null })
  }
}

/**
 * The session that the request names, if it names one. Another caller's session is as unknown as one that never was.
 * @throws GatewayError session_not_found
 */
export function openSession(exchange: Exchange, caller: Caller, sessions: SessionSealer): OpenSession | undefined {
  if (exchange.sessionId === undefined) return undefined
  const session = sessions.open(exchange.sessionId)
  if (
    !session ||
    callerIdOf(session.agent, session.userKey) !== caller.id ||
    session.route !== (exchange.route ?? '')
  ) {
    throw new GatewayError('session_not_found', 'Cannot find the session: it has ended or is not yours')
  }
  return session
}

// Older and absent revisions are served as they come; what is no revision at all is a mistake worth telling.
function checkLegacyVersion({ mcp }: Exchange): void {
  const { version } = mcp
  if (version === undefined || (/^\d{4}-\d{2}-\d{2}$/.test(version) && !isModernRevision(version))) return
  throw new GatewayError(
    'unsupported_version',
    `Cannot serve the MCP-Protocol-Version ${JSON.stringify(version.slice(0, 40))}: not a revision`,
    {
      data: { supported: ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26'], requested: version.slice(0, 40) },
    },
  )
}

/**
 * The whole body, within its bounds.
 * @throws GatewayError body_too_large | body_too_slow | invalid_request
 */
export function readBody({ request, body }: Pick<Exchange, 'request' | 'body'>): Buffer | Promise<Buffer> {
  if (request instanceof PlainRequest) return request.body
  const exchange = { request, body }
  return new Promise((resolve, reject) => {
    // A small body comes with its head: a turn later it is there as a whole, and needs no timer and no listeners.
    process.nextTick(() => {
      const body = wholeBody(exchange)
      if (body) resolve(body)
      else collectBody(exchange).then(resolve, reject)
    })
  })
}

function wholeBody({ request, body }: Incoming): Buffer | undefined {
  const { readableLength } = request
  if (readableLength === 0 || readableLength > body.maxBytes) return undefined
  if (readableLength !== Number(request.headers['content-length'])) return undefined
  const bytes: Buffer = request.read()
  // Its end is still to be taken, or the connection would not be free for the next request.
  request.resume()
  return bytes
}

function collectBody({ request, body }: Incoming): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // It may have broken while the caller was looked up, and does not say so twice.
    if (request.destroyed) {
      reject(new GatewayError('invalid_request', 'Cannot read the body: the connection broke'))
      return
    }
    const chunks: Buffer[] = []
    let bytes = 0
    const timer = setTimeout(
      () => fail(new GatewayError('body_too_slow', 'Cannot read the body: it did not arrive in time')),
      body.maxMs,
    )
    const fail = (error: GatewayError) => {
      clearTimeout(timer)
      request.removeAllListeners('data')
      request.resume()
      reject(error)
    }
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > body.maxBytes)
        fail(new GatewayError('body_too_large', `Cannot read the body: larger than ${body.maxBytes} bytes`))
      else chunks.push(chunk)
    })
    request.once('end', () => {
      clearTimeout(timer)
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks))
    })
    request.once('error', (cause) =>
      fail(new GatewayError('invalid_request', 'Cannot read the body: the connection broke', { cause })),
    )
  })
}
