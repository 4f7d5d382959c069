/** Serves one client over pipes from the gateway: each line in is a message, each message out a line; many requests at once. */
import { setTimeout as sleep } from 'node:timers/promises'
import { toGatewayError } from '../errors.ts'
import { type Envelope, isObject, parseEnvelope } from '../wire/envelope.ts'
import { errorText, notificationText } from '../wire/jsonrpc.ts'
import { VERSION_META } from '../wire/revisions.ts'
import type { GatewayLink } from './gateway-link.ts'
import { LegacyFace } from './legacy-face.ts'
import { failureResponse, LinkFailure } from './link-failure.ts'
import { ModernFace } from './modern-face.ts'

/** A request that has no answer yet. */
interface InFlight {
  message: Envelope
  isModern: boolean
  abort: AbortController
  /** Whether the client gave it up, so that it gets no answer any more. */
  isGivenUp: boolean
}

/** Where messages go. */
export interface BridgeOutput {
  /** Takes one line, without its end. */
  write(line: string): void
  /** A remark for the person who looks at stderr. */
  note(text: string): void
}

const MAX_IN_FLIGHT = 1_000
const INVALID_REQUEST = -32600
/** How long what is said at the end may take. */
const FAREWELL_MS = 1_000
const LISTEN = 'subscriptions/listen'
/** Where a message's own id stands: implementations write it first or last. */
const FIRST_ID = /^\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*("(?:[^"\\]|\\.)*"|-?\d+)/
const LAST_ID = /"id"\s*:\s*("(?:[^"\\]|\\.)*"|-?\d+)\s*\}\s*$/

export class Bridge {
  readonly #link: GatewayLink
  readonly #output: BridgeOutput
  readonly #legacy: LegacyFace
  readonly #modern: ModernFace
  readonly #inFlight = new Map<string, InFlight>()

  constructor(link: GatewayLink, output: BridgeOutput) {
    this.#link = link
    this.#output = output
    this.#legacy = new LegacyFace(link, (text) => this.#write(text))
    this.#modern = new ModernFace(link)
  }

  /** Takes one line of the client, as text and as it came; never throws. */
  onLine(line: string, bytes: Buffer): void {
    if (line.trim() === '') return
    try {
      const message = parseEnvelope(bytes)
      if (message.kind === 'request') void this.#serve(message)
      else if (message.method === 'notifications/cancelled') this.#cancel(message)
      else this.#tell(message)
    } catch (error) {
      const { failure, message } = toGatewayError(error)
      this.#write(errorText(idIn(line), { code: failure.rpc, message, data: { hint: failure.hint } }))
    }
  }

  /** Takes what is known of a line that was too long. */
  onOverflow(start: string, end: string, maxBytes: number): void {
    const idText = FIRST_ID.exec(start)?.[1] ?? LAST_ID.exec(end)?.[1] ?? null
    const message = `Cannot read the message: larger than ${maxBytes} bytes`
    this.#write(errorText(idText, { code: INVALID_REQUEST, message, data: { hint: 'Send less at once.' } }))
  }

  /**
   * Lets requests under way finish, gives up the rest, ends the session and the connections.
   * @param graceMs how long to wait for answers; 0 for a client that reads nothing any more
   */
  async end(graceMs: number): Promise<void> {
    const deadlineMs = performance.now() + graceMs
    while (this.#pending().length > 0 && performance.now() < deadlineMs) await sleep(10)
    const farewell = AbortSignal.timeout(FAREWELL_MS)
    const giveUp = this.#pending().filter(({ isModern }) => !isModern)
    await Promise.allSettled(giveUp.map(({ message }) => this.#legacy.tell(cancelledText(message), farewell)))
    if (graceMs > 0) this.#answerRest()
    for (const flight of this.#inFlight.values()) {
      flight.isGivenUp = true
      flight.abort.abort()
    }
    await this.#legacy.end().catch(() => {})
    await this.#link.close()
  }

  #answerRest(): void {
    const failure = this.#link.unmet ?? unfinished()
    for (const { message, isGivenUp } of this.#pending())
      if (!isGivenUp) this.#write(failureResponse(message.idText as string, failure))
  }

  #pending(): InFlight[] {
    return [...this.#inFlight.values()].filter(({ message }) => message.method !== LISTEN)
  }

  async #serve(message: Envelope): Promise<void> {
    const idText = message.idText as string
    if (this.#inFlight.size >= MAX_IN_FLIGHT) return this.#write(failureResponse(idText, tooMany()))
    const flight: InFlight = {
      message,
      isModern: isModern(message),
      abort: new AbortController(),
      isGivenUp: false,
    }
    const key = keyOf(idText)
    this.#inFlight.set(key, flight)
    const write = (text: string) => {
      if (!flight.isGivenUp) this.#write(text)
    }
    try {
      const face = flight.isModern ? this.#modern : this.#legacy
      await face.request(message, { signal: flight.abort.signal, write })
    } catch (error) {
      if (flight.abort.signal.aborted) return
      if (!(error instanceof LinkFailure)) this.#output.note(`internal: ${(error as Error).message}`)
      write(failureResponse(idText, error instanceof LinkFailure ? error : unforeseen(error)))
    } finally {
      if (this.#inFlight.get(key) === flight) this.#inFlight.delete(key)
    }
  }

  // Over pipes both eras cancel by message; over HTTP the modern one closes the stream of the answer instead.
  #cancel(message: Envelope): void {
    const member = message.paramMembers.find(({ key }) => key === 'requestId')
    const flight = member && this.#inFlight.get(keyOf(message.text.slice(member.start, member.end)))
    if (flight) flight.isGivenUp = true
    if (flight?.isModern) flight.abort.abort()
    else this.#tell(message)
  }

  #tell(message: Envelope): void {
    const signal = new AbortController().signal
    const told = isModern(message) ? this.#modern.tell(message, signal) : this.#legacy.tell(message.text, signal)
    told.catch((error: unknown) => this.#output.note((error as Error).message))
  }

  // A line end between two tokens is white space to JSON, and the end of the message to the client.
  #write(text: string): void {
    this.#output.write(/[\r\n]/.test(text) ? text.replace(/[\r\n]+/g, ' ') : text)
  }
}

function isModern({ meta }: Envelope): boolean {
  return Object.hasOwn(meta, VERSION_META)
}

// A number beyond 2^53 is itself by its text alone; a string may be spelled in more ways than one.
function keyOf(idText: string): string {
  return idText.startsWith('"') ? JSON.stringify(JSON.parse(idText)) : idText
}

function cancelledText({ idText }: Envelope): string {
  return notificationText('notifications/cancelled', `{"requestId":${idText},"reason":"the client has gone"}`)
}

function idIn(line: string): string | null {
  try {
    const message: unknown = JSON.parse(line)
    const id = isObject(message) ? message.id : undefined
    return typeof id === 'string' || typeof id === 'number' ? JSON.stringify(id) : null
  } catch {
    return null
  }
}

function unforeseen(cause: unknown): LinkFailure {
  const hint = 'It may have taken effect. Check before you repeat it.'
  return new LinkFailure('gateway_invalid', 'Cannot serve the request: an internal error', { hint, cause })
}

function unfinished(): LinkFailure {
  return new LinkFailure('unfinished', 'Cannot wait for the answer: the client has closed its side', {
    hint: 'It may have taken effect. Check before you repeat it.',
  })
}

function tooMany(): LinkFailure {
  return new LinkFailure('overloaded', `Cannot serve the request: ${MAX_IN_FLIGHT} are under way`, {
    hint: 'Wait for some of them and try again.',
    isRetryable: true,
  })
}
