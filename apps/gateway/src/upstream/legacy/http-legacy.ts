/** A legacy upstream over HTTP: calls go out in upstream sessions, and once more in a new one when the upstream lost it. */
import { REQUEST_ID_HEADER } from '@causeway/shared-contracts/wire-names'
import { memberText } from '../../wire/json-span.ts'
import { failureText, notificationText, requestText, resultText } from '../../wire/jsonrpc.ts'
import type { StreamPlace } from '../../wire/sse.ts'
import { checkAnswer, invalid, parseEvent, readAnswer, type UpstreamAnswer, unavailable } from '../answer.ts'
import type { Connection, UpstreamCall, UpstreamIdentity } from '../connection.ts'
import { GATEWAY_CAPABILITIES } from '../handshake.ts'
import { type HttpAnswer, type HttpPost, httpPost } from '../http-post.ts'
import { checkStatus } from '../http-status.ts'
import type { HttpTarget } from '../http-target.ts'
import { isScalar } from '../is-scalar.ts'
import { keepListening, type ListenOutcome } from '../keep-listening.ts'
import { isListChange, updatedUri } from '../list-changes.ts'
import { CATALOG_SESSION, NOT_DECLARED, OWN_CALL, UNCLEAR_ASK } from '../own-call.ts'
import type { HeardOn } from './ask-stream.ts'
import { type LegacyMessage, readLegacyStream } from './http-legacy-stream.ts'
import { HANDSHAKE_MS, isSessionLost, type LegacySession, openSession, sessionHeaders } from './legacy-session.ts'
import { LegacySessions } from './legacy-sessions.ts'
import { resumeStream, unlessResumable } from './resume-stream.ts'

/** Stands in for the call of an ask that could belong to any of several calls, or to none. */
const NOBODYS_CALL: UpstreamCall = {
  ...OWN_CALL,
  method: '',
  params: '{}',
  idText: '0',
  signal: new AbortController().signal,
  onRequest: async () => ({ error: UNCLEAR_ASK }),
}

/**
 * Opens the catalog's own session and returns the connection.
 * @throws GatewayError upstream_*
 */
export async function connectLegacyHttp(
  target: HttpTarget,
  credential: () => Promise<string | undefined>,
  signal: AbortSignal,
): Promise<Connection> {
  return new LegacyHttp(
    target,
    await openSession(target, { credential: await credential(), capabilities: GATEWAY_CAPABILITIES }, signal),
    credential,
  )
}

class LegacyHttp implements Connection {
  readonly identity: UpstreamIdentity
  readonly passesIds = false
  readonly ended: Promise<string>
  onListChanged: Connection['onListChanged'] = () => {}
  onResourceUpdated: Connection['onResourceUpdated'] = () => {}
  #watched: ReadonlySet<string> = new Set()
  readonly #target: HttpTarget
  readonly #credential: () => Promise<string | undefined>
  readonly #sessions: LegacySessions
  readonly #closing = new AbortController()
  readonly #end: (reason: string) => void
  /** The session whose event stream was open last. */
  #heard: LegacySession | undefined
  #nextId = 1

  constructor(target: HttpTarget, first: LegacySession, credential: () => Promise<string | undefined>) {
    this.#target = target
    this.#credential = credential
    this.identity = first.identity
    this.#sessions = new LegacySessions(first, {
      target,
      credential,
      signal: this.#closing.signal,
      onAsk: (message, data, on) => this.#onStreamMessage(message, data, on),
      opensAtOnce: () => this.#heard !== undefined,
    })
    const { promise, resolve } = Promise.withResolvers<string>()
    this.ended = promise
    this.#end = resolve
    void keepListening(
      (onOpen) => this.#listen(onOpen),
      this.#closing.signal,
      () => this.onListChanged(),
      // What changed between the first list and the first stream was told to nobody.
      () => this.onListChanged(),
    )
  }

  async call(call: UpstreamCall): Promise<UpstreamAnswer> {
    const answer = await this.#attempt(call)
    if (answer !== 'session-lost') return answer
    // The upstream did not run the call, so sending it again in a new session is no repetition.
    const again = await this.#attempt(call)
    if (again === 'session-lost') throw invalid(this.#target.upstream, 'it forgets its sessions at once')
    return again
  }

  async watch(uris: ReadonlySet<string>): Promise<void> {
    const before = this.#watched
    this.#watched = uris
    const added = [...uris].filter((uri) => !before.has(uri)).map((uri) => this.#ask('resources/subscribe', uri))
    const gone = [...before].filter((uri) => !uris.has(uri)).map((uri) => this.#ask('resources/unsubscribe', uri))
    await Promise.all([...added, ...gone])
  }

  // An upstream that cannot tell is one whose changes are not heard of.
  async #ask(method: string, uri: string): Promise<void> {
    const call = { ...OWN_CALL, method, params: JSON.stringify({ uri }), idText: '0', signal: this.#closing.signal }
    try {
      await this.call({ ...call, credential: await this.#credential() })
    } catch {
      // The next session subscribes again.
    }
  }

  // A session that was opened again knows nothing of what was subscribed in the one before, and nobody heard what changed meanwhile.
  async #watchAgain(uri: string): Promise<void> {
    await this.#ask('resources/subscribe', uri)
    this.onResourceUpdated(uri)
  }

  async close(): Promise<void> {
    this.#closing.abort(unavailable(this.#target.upstream, 'the connection was closed'))
    this.#end('closed')
    await this.#sessions.end()
  }

  #attempt(call: UpstreamCall): Promise<UpstreamAnswer | 'session-lost'> {
    const { sessionKey, signal } = call
    return this.#sessions.use({ sessionKey, client: call, signal }, async (session, forget) => {
      await this.#setLevel(call, session)
      session.calls.add(call)
      try {
        const answer = await this.#send(call, session)
        if (answer === 'session-lost') forget()
        return answer
      } finally {
        session.calls.delete(call)
      }
    })
  }

  // An upstream that does not take the level still serves the call.
  async #setLevel(call: UpstreamCall, session: LegacySession): Promise<void> {
    const { logLevel } = call
    if (logLevel === undefined || session.logLevel === logLevel || !this.identity.capabilities.logging) return
    session.logLevel = logLevel
    const ask = { ...OWN_CALL, method: 'logging/setLevel', params: JSON.stringify({ level: logLevel }), idText: '0' }
    await this.#send({ ...ask, credential: call.credential, signal: call.signal }, session).catch(() => {})
  }

  async #listen(onOpen: () => void): Promise<ListenOutcome> {
    const { signal } = this.#closing
    const client = { credential: await this.#credential(), capabilities: GATEWAY_CAPABILITIES }
    return this.#sessions.use({ sessionKey: CATALOG_SESSION, client, signal }, async (session, forget) => {
      const outcome = await readLegacyStream(this.#target, session, {
        credential: client.credential,
        signal,
        onOpen: () => {
          if (this.#heard) for (const uri of this.#watched) void this.#watchAgain(uri)
          this.#heard = session
          onOpen()
        },
        onMessage: (message) => {
          const uri = updatedUri(message)
          if (uri !== undefined) this.onResourceUpdated(uri)
          else if (isListChange(message.method)) this.onListChanged()
        },
      })
      if (outcome !== 'unknown-session') return outcome
      // An upstream that knew the session before has forgotten it; one that never did offers no stream.
      if (this.#heard !== session) return 'refused'
      forget()
      return 'ended'
    })
  }

  // What comes on the session's own stream names no call: with one under way it is that one's, and otherwise nobody's.
  #onStreamMessage(message: LegacyMessage, data: string, { session, credential }: HeardOn): void {
    if (message.method === undefined || isListChange(message.method)) return
    const [only, ...others] = session.calls
    const call = only && others.length === 0 ? only : { ...NOBODYS_CALL, credential }
    if (message.id === undefined) call.onNotification(data, String(message.method))
    else this.#onRequest(message, data, { call, session }).catch((error) => this.#onStray(error, call))
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
      const place: StreamPlace = {}
      const onEvent = (data: string) => {
        answer = this.#onMessage(data, { call, session, idText })
        return answer !== undefined
      }
      const body = requestText(idText, call.method, call.params)
      const http = await this.#post(session, call, { body, onEvent, place }).catch(unlessResumable(place))
      if (http && isSessionLost(http, session, idText)) return 'session-lost'
      if (http) checkStatus(http, this.#target.upstream)
      if (http?.isEventStream === false) return readAnswer(http.text, idText, this.#target.upstream)
      if (!answer && place.lastEventId !== undefined)
        await resumeStream(this.#target, session, { call, place, onEvent, isDone: () => answer !== undefined })
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
    const { upstream } = this.#target
    if (message.method === undefined) return checkAnswer(message, { text: data, idText: on.idText, upstream })
    if (message.id === undefined) on.call.onNotification(data, String(message.method))
    else this.#onRequest(message, data, on).catch((error) => this.#onStray(error, on.call))
    return undefined
  }

  async #onRequest(
    message: LegacyMessage,
    data: string,
    { call, session }: { call: UpstreamCall; session: LegacySession },
  ): Promise<void> {
    if (!isScalar(message.id)) return
    // As it was written: a number could be one that is not read exactly.
    const id = memberText(data, 'id') as string
    if (message.method === 'ping') return this.#notify(session, call, resultText(id, '{}'))
    const answer = await call
      .onRequest({ method: String(message.method), params: memberText(data, 'params') ?? '{}' })
      .catch(() => ({ error: NOT_DECLARED }))
    this.#notify(session, call, 'result' in answer ? resultText(id, answer.result) : failureText(id, answer.error))
  }

  // Nothing waits for work on the side, so nobody else would hear of its failure.
  #onStray(error: unknown, { headers }: UpstreamCall): void {
    const requestId = headers[REQUEST_ID_HEADER]
    this.#target.log.warn({ requestId, err: error }, 'a message of the upstream could not be served')
  }

  // Notifications and answers are one-way: nothing waits for them and their failure changes nothing.
  #notify(session: LegacySession, call: UpstreamCall, body: string): void {
    const aside = { ...call, signal: AbortSignal.timeout(HANDSHAKE_MS) }
    this.#post(session, aside, { body, onEvent: () => false }).catch(() => {})
  }

  #post(
    session: LegacySession,
    call: UpstreamCall,
    post: Pick<HttpPost, 'body' | 'onEvent' | 'place'>,
  ): Promise<HttpAnswer> {
    return httpPost(this.#target.dispatcher, {
      upstream: this.#target.upstream,
      path: this.#target.path,
      headers: { ...sessionHeaders(this.#target, session, call.credential), ...call.headers },
      signal: call.signal,
      maxBytes: call.maxBytes,
      ...post,
    })
  }
}
