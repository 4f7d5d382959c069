/** A legacy upstream over HTTP: one upstream session per session key, opened lazily and opened again when the upstream lost it. */
import { errorText, notificationText, requestText, resultText } from '../wire/jsonrpc.ts'
import { invalid, readAnswer, type UpstreamAnswer, unavailable } from './answer.ts'
import type { Connection, UpstreamCall, UpstreamIdentity } from './connection.ts'
import { readLegacyStream } from './http-legacy-stream.ts'
import { type HttpTarget, parseEvent } from './http-modern.ts'
import { type HttpAnswer, httpPost } from './http-post.ts'
import { checkStatus } from './http-status.ts'
import { keepListening, type ListenOutcome } from './keep-listening.ts'
import { HANDSHAKE_MS, isSessionLost, type LegacySession, openSession, sessionHeaders } from './legacy-session.ts'

/** Key of the session that lists the catalog and hears of changes. */
export const CATALOG_SESSION = ''

const MAX_SESSIONS = 1_000
const GOODBYE_MS = 1_000

/**
 * Opens the catalog's own session and returns the connection.
 * @throws GatewayError upstream_*
 */
export async function connectLegacyHttp(
  target: HttpTarget,
  credential: () => Promise<string | undefined>,
  signal: AbortSignal,
): Promise<Connection> {
  return new LegacyHttp(target, await openSession(target, await credential(), signal), credential)
}

class LegacyHttp implements Connection {
  readonly identity: UpstreamIdentity
  readonly passesIds = false
  readonly ended: Promise<string>
  onListChanged: Connection['onListChanged'] = () => {}
  readonly #target: HttpTarget
  readonly #credential: () => Promise<string | undefined>
  readonly #sessions = new Map<string, Promise<LegacySession>>()
  readonly #closing = new AbortController()
  readonly #end: (reason: string) => void
  /** The session whose event stream was open last. */
  #heard: LegacySession | undefined
  #inFlight = 0
  #nextId = 1

  constructor(target: HttpTarget, first: LegacySession, credential: () => Promise<string | undefined>) {
    this.#target = target
    this.#credential = credential
    this.identity = first.identity
    this.#sessions.set(CATALOG_SESSION, Promise.resolve(first))
    const { promise, resolve } = Promise.withResolvers<string>()
    this.ended = promise
    this.#end = resolve
    void keepListening(
      (onOpen) => this.#listen(onOpen),
      this.#closing.signal,
      () => this.onListChanged(),
    )
  }

  async call(call: UpstreamCall): Promise<UpstreamAnswer> {
    this.#inFlight++
    try {
      const answer = await this.#attempt(call)
      if (answer !== 'session-lost') return answer
      // The upstream did not run the call, so sending it again in a new session is no repetition.
      const again = await this.#attempt(call)
      if (again === 'session-lost') throw invalid(this.#target.upstream, 'it forgets its sessions at once')
      return again
    } finally {
      this.#inFlight--
    }
  }

  async close(): Promise<void> {
    this.#closing.abort(unavailable(this.#target.upstream, 'the connection was closed'))
    this.#end('closed')
    // The end of a session would be the end of its calls.
    if (this.#inFlight > 0) return
    const sessions = await Promise.allSettled(this.#sessions.values())
    await Promise.allSettled(
      sessions.map((each) => (each.status === 'fulfilled' && each.value.id ? this.#delete(each.value) : undefined)),
    )
  }

  async #attempt(call: UpstreamCall): Promise<UpstreamAnswer | 'session-lost'> {
    const opening = this.#session(call.sessionKey, call.credential)
    const answer = await this.#send(call, await unlessAborted(opening, call.signal))
    if (answer === 'session-lost') this.#forget(call.sessionKey, opening)
    return answer
  }

  async #listen(onOpen: () => void): Promise<ListenOutcome> {
    const credential = await this.#credential()
    const opening = this.#session(CATALOG_SESSION, credential)
    const session = await opening
    const outcome = await readLegacyStream(this.#target, session, {
      credential,
      signal: this.#closing.signal,
      onOpen: () => {
        this.#heard = session
        onOpen()
      },
      onListChanged: () => this.onListChanged(),
    })
    if (outcome !== 'unknown-session') return outcome
    // An upstream that knew the session before has forgotten it; one that never did offers no stream.
    if (this.#heard !== session) return 'refused'
    this.#forget(CATALOG_SESSION, opening)
    return 'ended'
  }

  #session(key: string, credential: string | undefined): Promise<LegacySession> {
    const open = this.#sessions.get(key)
    if (open) return open
    if (this.#sessions.size >= MAX_SESSIONS) this.#forgetOldest()
    // Not ended by the call that opens it: others may be waiting for the same session.
    const opening = openSession(this.#target, credential, this.#closing.signal)
    this.#sessions.set(key, opening)
    opening.catch(() => this.#forget(key, opening))
    return opening
  }

  // Two calls may find out about the same loss; the second must not throw away what the first has opened.
  #forget(key: string, session: Promise<LegacySession>): void {
    if (this.#sessions.get(key) === session) this.#sessions.delete(key)
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
        answer = this.#onMessage(data, { call, session, idText })
        return answer !== undefined
      })
      if (isSessionLost(http, session, idText)) return 'session-lost'
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
    if (message.method === undefined) return readAnswer(data, on.idText, this.#target.upstream)
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
    const requestId = call.headers['x-request-id']
    return httpPost(this.#target.dispatcher, {
      upstream: this.#target.upstream,
      path: this.#target.path,
      headers: {
        ...sessionHeaders(this.#target, session, call.credential),
        ...(requestId === undefined ? {} : { 'x-request-id': requestId }),
      },
      body,
      signal: call.signal,
      maxBytes: call.maxBytes,
      onEvent,
    })
  }

  async #delete(session: LegacySession): Promise<void> {
    const { body } = await this.#target.dispatcher.request({
      path: this.#target.path,
      method: 'DELETE',
      headers: sessionHeaders(this.#target, session, await this.#credential()),
      signal: AbortSignal.timeout(GOODBYE_MS),
    })
    await body.dump()
  }
}

// The gateway declared no client capabilities, so a ping is the only request it may be asked.
function refusal(message: Record<string, unknown>): string {
  const id = JSON.stringify(message.id)
  return message.method === 'ping'
    ? resultText(id, '{}')
    : errorText(id, { code: -32601, message: 'Cannot serve this request: the client declared no such capability' })
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
