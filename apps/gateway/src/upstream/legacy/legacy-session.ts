/** A session with a legacy upstream over HTTP: how it is opened, named in requests, and found to be lost. */
import { GatewayError } from '../../errors.ts'
import { notificationText, requestText } from '../../wire/jsonrpc.ts'
import { invalid, parseEvent, readAnswer, type UpstreamAnswer } from '../answer.ts'
import type { UpstreamCall, UpstreamIdentity } from '../connection.ts'
import { initializeParams, readInitialize } from '../handshake.ts'
import { type HttpAnswer, type HttpPost, httpPost } from '../http-post.ts'
import { checkStatus, isJson } from '../http-status.ts'
import type { HttpTarget } from '../http-target.ts'

/** What names a session in requests. */
export interface NamedSession {
  /** What the upstream calls it; `undefined` for an upstream that keeps no sessions. */
  id: string | undefined
  revision: string
}

/** An initialized upstream session. */
export interface LegacySession extends NamedSession {
  identity: UpstreamIdentity
  /** Calls under way in it, oldest first. */
  calls: Set<UpstreamCall>
  /** The log severity that was set last. */
  logLevel: string | undefined
}

/** As whom a session is opened. */
export interface SessionClient {
  credential: string | undefined
  /** JSON text of the client capabilities that it declares. */
  capabilities: string
}

/** How long opening a session may take. */
export const HANDSHAKE_MS = 10_000

const GOODBYE_MS = 1_000
const SMALL_ANSWER_BYTES = 64 * 1024
const BASE_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }

/** The headers of a request within a session, or before there is one. */
export function sessionHeaders(
  target: Pick<HttpTarget, 'headers'>,
  session: NamedSession | undefined,
  credential: string | undefined,
): Record<string, string> {
  return {
    ...target.headers,
    ...BASE_HEADERS,
    ...(session ? { 'mcp-protocol-version': session.revision } : {}),
    ...(session?.id ? { 'mcp-session-id': session.id } : {}),
    ...(credential ? { authorization: `Bearer ${credential}` } : {}),
  }
}

/**
 * Opens a session.
 * @param signal ends the attempt, which also ends by itself after {@link HANDSHAKE_MS}
 * @throws GatewayError upstream_*
 */
export async function openSession(
  target: HttpTarget,
  client: SessionClient,
  signal: AbortSignal,
): Promise<LegacySession> {
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(tooSlow(target.upstream)), HANDSHAKE_MS)
  try {
    return await handshake(target, client, AbortSignal.any([signal, timeout.signal]))
  } finally {
    clearTimeout(timer)
  }
}

async function handshake(target: HttpTarget, client: SessionClient, signal: AbortSignal): Promise<LegacySession> {
  const { upstream } = target
  let answer: UpstreamAnswer | undefined
  const post = (session: LegacySession | undefined, body: string, onEvent: HttpPost['onEvent']) =>
    httpPost(target.dispatcher, {
      upstream,
      path: target.path,
      headers: sessionHeaders(target, session, client.credential),
      body,
      signal,
      maxBytes: SMALL_ANSWER_BYTES,
      onEvent,
    })
  const http = await post(undefined, requestText('0', 'initialize', initializeParams(client.capabilities)), (data) => {
    if (parseEvent(data, upstream).method === undefined) answer = readAnswer(data, '0', upstream)
    return answer !== undefined
  })
  // What remains of the transport before this one (2025-11-25, "Backwards compatibility").
  if ((http.status === 404 || http.status === 405) && !isJson(http))
    throw invalid(upstream, `it answered HTTP ${http.status}; HTTP+SSE of revision 2024-11-05 is not served`)
  checkStatus(http, upstream)
  const { revision, ...identity } = readInitialize(answer ?? readAnswer(http.text, '0', upstream), upstream)
  const id = http.headers['mcp-session-id']
  const session: LegacySession = {
    id: typeof id === 'string' ? id : undefined,
    revision,
    identity,
    calls: new Set(),
    logLevel: undefined,
  }
  await post(session, notificationText('notifications/initialized'), () => false)
  return session
}

/**
 * Tells the upstream that nobody needs the session any more, if it is one that the upstream keeps.
 * @throws when the upstream does not hear it
 */
export async function endSession(
  target: Pick<HttpTarget, 'headers' | 'path' | 'others'>,
  session: NamedSession,
  credential: string | undefined,
): Promise<void> {
  if (session.id === undefined) return
  const others = await target.others()
  const { body } = await others.request({
    path: target.path,
    method: 'DELETE',
    headers: sessionHeaders(target, session, credential),
    signal: AbortSignal.timeout(GOODBYE_MS),
  })
  await body.dump()
}

/**
 * Whether the answer says that the upstream does not know the session, and so did not run the request.
 * The specification asks for 404; many upstreams say 400 and "session".
 */
export function isSessionLost({ status, text }: HttpAnswer, session: LegacySession, idText: string): boolean {
  if (session.id === undefined) return false
  const isAnswer = new RegExp(`"id"\\s*:\\s*${idText}\\b`).test(text)
  return status === 404 || (status === 400 && /\bsession\b/i.test(text) && !isAnswer)
}

function tooSlow(upstream: string): GatewayError {
  return new GatewayError('upstream_timeout', `Cannot open a session with upstream "${upstream}": no answer in time`, {
    upstream,
    retryable: true,
  })
}
