/** A legacy client over pipes: its session with the gateway, opened again when it was lost, and the event stream that belongs to it. */
import type { HttpAnswer } from '../upstream/http-post.ts'
import { keepListening, type ListenOutcome } from '../upstream/keep-listening.ts'
import { readLegacyStream } from '../upstream/legacy/http-legacy-stream.ts'
import { endSession, type NamedSession, sessionHeaders } from '../upstream/legacy/legacy-session.ts'
import type { Envelope } from '../wire/envelope.ts'
import { notificationText } from '../wire/jsonrpc.ts'
import type { GatewayLink, LinkAnswer } from './gateway-link.ts'
import { LinkFailure } from './link-failure.ts'

/** How one request of the client is served. */
export interface Serving {
  signal: AbortSignal
  /** Writes a message to the client. */
  write(text: string): void
}

/** JSON-RPC code of a session that the gateway does not know. */
const SESSION_NOT_FOUND = -32001

export class LegacyFace {
  readonly #link: GatewayLink
  readonly #write: (text: string) => void
  readonly #ending = new AbortController()
  /** The client's own `initialize`, to be sent again when the session is lost. */
  #hello: Envelope | undefined
  #session: NamedSession | undefined
  #reopening: Promise<void> | undefined
  #listening: AbortController | undefined

  /** @param write takes what comes on the event stream */
  constructor(link: GatewayLink, write: (text: string) => void) {
    this.#link = link
    this.#write = write
  }

  /** @throws LinkFailure, or what the signal was aborted with */
  async request(message: Envelope, { signal, write }: Serving): Promise<void> {
    if (message.method === 'initialize') {
      const answer = await this.#open(message, signal)
      write(answer.text)
      if (this.#session) this.#listen()
      return
    }
    const session = this.#session
    const answer = await this.#call(message, signal, write)
    if (session === undefined || !isLost(answer.http, answer.errorCode)) return write(answer.text)
    // The gateway did not run it, so sending it again is no repetition.
    await this.#reopen(session)
    write((await this.#call(message, signal, write)).text)
  }

  /**
   * Passes on a notification or an answer.
   * @throws LinkFailure, or what the signal was aborted with
   */
  async tell(body: string, signal: AbortSignal): Promise<void> {
    const session = this.#session
    const { status } = await this.#link.tell({ body, headers: this.#headers(), signal })
    if (status === 404 && session) await this.#reopen(session)
  }

  /** Closes the stream and ends the session. */
  async end(): Promise<void> {
    this.#ending.abort()
    if (this.#session) await endSession(this.#link.target, this.#session, this.#link.credential.current())
  }

  #call(message: Envelope, signal: AbortSignal, onMessage: (text: string) => void): Promise<LinkAnswer> {
    const { text, idText } = message
    return this.#link.call({ body: text, idText: idText as string, headers: this.#headers(), signal, onMessage })
  }

  #headers(): Record<string, string> {
    return sessionHeaders(this.#link.target, this.#session, undefined)
  }

  async #open(hello: Envelope, signal: AbortSignal): Promise<LinkAnswer> {
    const headers = sessionHeaders(this.#link.target, undefined, undefined)
    const { text, idText } = hello
    const answer = await this.#link.call({ body: text, idText: idText as string, headers, signal, onMessage() {} })
    const id = answer.http.headers['mcp-session-id']
    const revision = answer.result?.protocolVersion
    if (typeof id === 'string' && typeof revision === 'string') {
      this.#hello = hello
      this.#session = { id, revision }
    }
    return answer
  }

  // Several requests may find out about the same loss; one of them opens the new session for all.
  #reopen(lost: NamedSession): Promise<void> {
    if (this.#session !== lost) return this.#reopening ?? Promise.resolve()
    const { signal } = this.#ending
    const work = async () => {
      await this.#open(this.#hello as Envelope, signal)
      if (this.#session === lost) throw notReopened()
      // A session that is lost again by now is the next request's to find out: who waited for it here would wait for itself.
      await this.#link.tell({ body: notificationText('notifications/initialized'), headers: this.#headers(), signal })
    }
    this.#reopening ??= work().finally(() => {
      this.#reopening = undefined
    })
    return this.#reopening
  }

  #listen(): void {
    this.#listening?.abort()
    this.#listening = new AbortController()
    const signal = AbortSignal.any([this.#ending.signal, this.#listening.signal])
    void keepListening(
      (onOpen) => this.#read(onOpen, signal),
      signal,
      () => {},
    )
  }

  async #read(onOpen: () => void, signal: AbortSignal): Promise<ListenOutcome> {
    const session = this.#session
    if (!session) return 'refused'
    const outcome = await readLegacyStream(this.#link.target, session, {
      credential: this.#link.credential.current(),
      signal,
      onOpen,
      onMessage: (_, data) => this.#write(data),
    })
    if (outcome !== 'unknown-session') return outcome
    await this.#reopen(session)
    return 'ended'
  }
}

function notReopened(): LinkFailure {
  return new LinkFailure(
    'gateway_invalid',
    'Cannot serve the request: the gateway has lost the session and opens no other',
    {
      hint: 'Nothing was done. Try again.',
      isRetryable: true,
    },
  )
}

function isLost({ status }: HttpAnswer, errorCode: number | undefined): boolean {
  return status === 404 && errorCode === SESSION_NOT_FOUND
}
