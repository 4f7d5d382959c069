/** A legacy upstream over HTTP: one upstream session per session key, opened lazily and opened again when the upstream lost it. */
import { GatewayError } from '../errors.ts'
import { errorText, notificationText, requestText, resultText } from '../wire/jsonrpc.ts'
import { invalid, readAnswer, type UpstreamAnswer } from './answer.ts'
import type { Connection, UpstreamCall, UpstreamIdentity } from './connection.ts'
import { INITIALIZE_PARAMS, readInitialize } from './handshake.ts'
import { listenLegacy } from './http-legacy-stream.ts'
import { type HttpTarget, parseEvent } from './http-modern.ts'
import { type HttpAnswer, httpPost } from './http-post.ts'
import { checkStatus } from './http-status.ts'

/** An initialized upstream session. */
export interface LegacySession {
  /** What the upstream calls it; `undefined` for an upstream that keeps no sessions. */
  id: string | undefined
  revision: string
  identity: UpstreamIdentity
}

/** Key of the session that lists the catalog and hears of changes. */
export const CATALOG_SESSION = ''

const MAX_SESSIONS = 1_000
const HANDSHAKE_MS = 10_000
const SMALL_ANSWER_BYTES = 64 * 1024
const BASE_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }

/**
 * Opens the catalog's own session and returns the connection.
 * @throws GatewayError upstream_*
 */
export async function connectLegacyHttp(
  target: HttpTarget,
  credential: () => Promise<string | undefined>,
  signal: AbortSignal,
): Promise<Connection> {
  const first = await openSession(
    target,
    await credential(),
    AbortSignal.any([signal, AbortSignal.timeout(HANDSHAKE_MS)]),
  )
  return new LegacyHttp(target, first, credential)
}

class LegacyHttp implements Connection {
  readonly identity: UpstreamIdentity
  readonly passesIds = false
  readonly ended: Promise<string>
  onListChanged: Connection['onListChanged'] = () => {}
  readonly #target: HttpTarget
  readonly #sessions = new Map<string, Promise<LegacySession>>()
  readonly #closing = new AbortController()
  readonly #end: (reason: string) => void
  #nextId = 1

  constructor(target: HttpTarget, first: LegacySession, credential: () => Promise<string | undefined>) {
    this.#target = target
    this.identity = first.identity
    this.#sessions.set(CATALOG_SESSION, Promise.resolve(first))
    const { promise, resolve } = Promise.withResolvers<string>()
    this.ended = promise
    this.#end = resolve
    void listenLegacy(target, first, {
      credential,
      signal: this.#closing.signal,
      onListChanged: (kind) => this.onListChanged(kind),
    }).then((reason) => reason && resolve(reason))
  }

  async call(call: UpstreamCall): Promise<UpstreamAnswer> {
    const session = await this.#session(call)
    const answer = await this.#send(call, session)
    if (answer !== 'session-lost') return answer
    // 404 says that the upstream did not run the call, so opening a new session and sending it again is no repetition.
    this.#sessions.delete(call.sessionKey)
    const again = await this.#send(call, await this.#session(call))
    if (again === 'session-lost') throw invalid(this.#target.upstream, 'it forgets its sessions at once')
    return again
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#end('closed')
    const sessions = await Promise.allSettled(this.#sessions.values())
    await Promise.allSettled(
      sessions.map((each) => (each.status === 'fulfilled' && each.value.id ? this.#delete(each.value) : undefined)),
    )
  }

  #session(call: UpstreamCall): Promise<LegacySession> {
    const open = this.#sessions.get(call.sessionKey)
    if (open) return open
    if (this.#sessions.size >= MAX_SESSIONS) this.#forgetOldest()
    // Not the call's own signal: others may be waiting for the same session.
    const opening = openSession(this.#target, call.credential, AbortSignal.timeout(HANDSHAKE_MS))
    this.#sessions.set(call.sessionKey, opening)
    opening.catch(() => this.#sessions.delete(call.sessionKey))
    return opening
  }

  #forgetOldest(): void {
    for (const [key, session] of this.#sessions) {
      if (key === CATALOG_SESSION) continue
      this.#sessions.delete(key)
      void session.then((each) => (each.id ? this.#delete(each) : undefined)).catch(() => {})
      return
    }
  }

  async #send(call: UpstreamCall, session: LegacySession): Promise<UpstreamAnswer | 'session-lost'> {
    const idText = String(this.#nextId++)
    let answer: UpstreamAnswer | undefined
    const onAbort = () =>
      this.#notify(
        session,
        call,
        notificationText('notifications/cancelled', `{"requestId":${idText},"reason":"cancelled"}`),
      )
    call.signal.addEventListener('abort', onAbort, { once: true })
    try {
      const http = await this.#post(session, call, requestText(idText, call.method, call.params), (data) => {
        answer = this.#onMessage(data, { call, session, idText }) ?? answer
        return answer !== undefined
      })
      if (http.status === 404 && session.id) return 'session-lost'
      checkStatus(http, this.#target.upstream)
      if (!http.isEventStream) return readAnswer(http.text, idText, this.#target.upstream)
      if (!answer) throw invalid(this.#target.upstream, 'its event stream ended without an answer')
      return answer
    } finally {
      call.signal.removeEventListener('abort', onAbort)
    }
  }

  #onMessage(
    data: string,
    on: { call: UpstreamCall; session: LegacySession; idText: string },
  ): UpstreamAnswer | undefined {
    const message = parseEvent(data, this.#target.upstream)
    if (message.method === undefined)
      return JSON.stringify(message.id) === on.idText || message.error
        ? readAnswer(data, on.idText, this.#target.upstream)
        : undefined
    if (message.id === undefined) on.call.onNotification(data, String(message.method))
    else this.#notify(on.session, on.call, refusal(message))
    return undefined
  }

  // Notifications and refusals are one-way: nothing waits for them and their failure changes nothing.
  #notify(session: LegacySession, call: UpstreamCall, body: string): void {
    const aside = { ...call, signal: AbortSignal.timeout(HANDSHAKE_MS) }
    this.#post(session, aside, body, () => false).catch(() => {})
  }

  #post(
    session: LegacySession,
    call: UpstreamCall,
    body: string,
    onEvent: (data: string) => boolean,
  ): Promise<HttpAnswer> {
    return httpPost(this.#target.dispatcher, {
      upstream: this.#target.upstream,
      path: this.#target.path,
      headers: {
        ...sessionHeaders(this.#target, session, call.credential),
        'x-request-id': call.headers['x-request-id'] ?? '',
      },
      body,
      signal: call.signal,
      maxBytes: call.maxBytes,
      onEvent,
    })
  }

  async #delete(session: LegacySession): Promise<void> {
    const { statusCode: _ignored, body } = await this.#target.dispatcher.request({
      path: this.#target.path,
      method: 'DELETE',
      headers: sessionHeaders(this.#target, session, undefined),
      signal: AbortSignal.timeout(1_000),
    })
    await body.dump()
  }
}

/** The headers of a request within a session. */
export function sessionHeaders(
  target: HttpTarget,
  session: LegacySession | undefined,
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

async function openSession(
  target: HttpTarget,
  credential: string | undefined,
  signal: AbortSignal,
): Promise<LegacySession> {
  let answer: UpstreamAnswer | undefined
  const common = { upstream: target.upstream, path: target.path, signal, maxBytes: SMALL_ANSWER_BYTES }
  const http = await httpPost(target.dispatcher, {
    ...common,
    headers: sessionHeaders(target, undefined, credential),
    body: requestText('0', 'initialize', INITIALIZE_PARAMS),
    onEvent(data) {
      if (parseEvent(data, target.upstream).method === undefined) answer = readAnswer(data, '0', target.upstream)
      return answer !== undefined
    },
  }).catch((error: unknown) => {
    throw signal.aborted && !(error instanceof GatewayError)
      ? new GatewayError(
          'upstream_timeout',
          `Cannot open a session with upstream "${target.upstream}": no answer in time`,
          { upstream: target.upstream, retryable: true },
        )
      : error
  })
  checkStatus(http, target.upstream)
  const { revision, ...identity } = readInitialize(
    answer ?? readAnswer(http.text, '0', target.upstream),
    target.upstream,
  )
  const id = http.headers['mcp-session-id']
  const session = { id: typeof id === 'string' ? id : undefined, revision, identity }
  await httpPost(target.dispatcher, {
    ...common,
    headers: sessionHeaders(target, session, credential),
    body: notificationText('notifications/initialized'),
    onEvent: () => false,
  })
  return session
}

// The gateway declared no client capabilities, so a ping is the only request it may be asked.
function refusal(message: Record<string, unknown>): string {
  const id = JSON.stringify(message.id)
  return message.method === 'ping'
    ? resultText(id, '{}')
    : errorText(id, { code: -32601, message: 'Cannot serve this request: the client declared no such capability' })
}
