/** An upstream on the pipes of a child process, either era, whether many agents share the child or it is one caller's: ids and progress tokens are the gateway's own. */
import type { Logger } from 'pino'
import { GatewayError } from '../../errors.ts'
import { isObject } from '../../wire/envelope.ts'
import { memberText } from '../../wire/json-span.ts'
import { failureText, notificationText, requestText, resultText } from '../../wire/jsonrpc.ts'
import { isLoudEnough } from '../../wire/log-level.ts'
import { SUBSCRIPTION_ID_META } from '../../wire/revisions.ts'
import { invalid, readAnswer, type UpstreamAnswer, unavailable } from '../answer.ts'
import type { Connection, UpstreamCall, UpstreamIdentity } from '../connection.ts'
import { isScalar } from '../is-scalar.ts'
import { isListChange, listenParams, updatedUri, watchParams } from '../list-changes.ts'
import { CATALOG_SESSION, NOT_DECLARED, OWN_CALL } from '../own-call.ts'
import { unlessAborted } from '../unless-aborted.ts'
import { type BoundedInput, createBoundedInput, type InputLimits } from './bounded-input.ts'
import { CallsUnderWay } from './calls-under-way.ts'
import type { Child } from './child.ts'
import { createLineReader } from './line-reader.ts'
import { type PendingCall, PendingCalls } from './pending-calls.ts'

/** Notifications that name the listening they belong to. */
const OF_A_SUBSCRIPTION = new Set(['notifications/subscriptions/acknowledged', 'notifications/tasks'])

/** What the pipes need to know of their upstream. */
export interface PipeOptions {
  upstream: string
  /** JSON text of the client capabilities of the one caller whose child it is; absent where many agents share it. */
  callerCapabilities?: string
  maxResultBytes: number
  /** Ends the attempt to connect. */
  signal: AbortSignal
  log: Logger
  inputLimits?: InputLimits
}

/** A child that closed its output without ending is of no more use, but may be about to end. */
const LAST_WORDS_MS = 1_000
/** How long an upstream may take to say that it will tell of changes; some never say it. */
const ACKNOWLEDGE_MS = 2_000
const DEAF_RETRY_MS = 1_000
/** Lists may be larger than results, and both come within a message. */
const MAX_LIST_BYTES = 4 * 1024 * 1024
const ENVELOPE_BYTES = 64 * 1024

export class StdioPipe implements Connection {
  identity: UpstreamIdentity = { era: 'legacy', name: '', version: '', capabilities: {}, instructions: '' }
  readonly passesIds = false
  readonly ended: Promise<string>
  onListChanged: Connection['onListChanged'] = () => {}
  onResourceUpdated: Connection['onResourceUpdated'] = () => {}
  #watched: ReadonlySet<string> = new Set()
  #watching = new AbortController()
  readonly #child: Child
  readonly #input: BoundedInput
  readonly #upstream: string
  readonly #log: Logger
  readonly #signal: AbortSignal
  readonly #pending = new PendingCalls()
  /** The agent's calls, where the child is one caller's. */
  readonly #underWay: CallsUnderWay | undefined
  #logLevel: string | undefined
  #endedBy: string | undefined
  #nextId = 1

  constructor(child: Child, options: PipeOptions) {
    this.#child = child
    this.#upstream = options.upstream
    this.#log = options.log
    this.#signal = options.signal
    this.#underWay = options.callerCapabilities === undefined ? undefined : new CallsUnderWay()
    // Whatever throws here would end the gateway, not the child.
    const onLine = (line: string) => {
      try {
        this.#onLine(line)
      } catch (error) {
        this.#log.warn({ err: error, line: line.slice(0, 200) }, 'message on stdout that cannot be read')
      }
    }
    const maxBytes = Math.max(options.maxResultBytes, MAX_LIST_BYTES) + ENVELOPE_BYTES
    child.process.stdout.on(
      'data',
      createLineReader(maxBytes, { onLine, onOverflow: (start, end) => this.#onOverflow(start, end, maxBytes) }),
    )
    const stalled = Promise.withResolvers<string>()
    const onStalled = () => stalled.resolve('it stopped reading its input')
    this.#input = createBoundedInput(child.process.stdin, onStalled, options.inputLimits)
    this.ended = Promise.race([child.ended, outputEnd(child), stalled.promise]).then((reason) => {
      this.#endedBy = reason
      for (const { reject } of this.#pending.takeAll()) reject(unavailable(this.#upstream, reason, { wasSent: true }))
      return reason
    })
  }

  async call(call: UpstreamCall): Promise<UpstreamAnswer> {
    const isListening = call.sessionKey === CATALOG_SESSION || call.method === 'subscriptions/listen'
    const underWay = isListening ? undefined : this.#underWay
    if (!underWay) return this.#send(call)
    this.#setLevel(call, underWay)
    underWay.begin(call)
    try {
      if (underWay.askedFirst) await unlessAborted(underWay.askedFirst, call.signal)
      return await this.#send(call)
    } finally {
      underWay.end(call)
    }
  }

  // While calls share the child, the one that wants to hear most decides; what the others hear is filtered when it is relayed.
  #setLevel({ logLevel: wanted }: UpstreamCall, { isEmpty }: CallsUnderWay): void {
    const { era, capabilities } = this.identity
    if (wanted === undefined || wanted === this.#logLevel || era === 'modern' || !capabilities.logging) return
    if (!isEmpty && this.#logLevel !== undefined && isLoudEnough(wanted, this.#logLevel)) return
    this.#logLevel = wanted
    void this.#tell('logging/setLevel', JSON.stringify({ level: wanted }), this.#signal)
  }

  #send(call: UpstreamCall): Promise<UpstreamAnswer> {
    const idText = String(this.#nextId++)
    return new Promise((resolve, reject) => {
      const refusal = this.#reasonAgainst(call)
      if (refusal !== undefined) {
        reject(refusal)
        return
      }
      const onAbort = () => {
        this.#pending.take(idText)
        this.write(notificationText('notifications/cancelled', `{"requestId":${idText},"reason":"cancelled"}`))
        reject(call.signal.reason)
      }
      call.signal.addEventListener('abort', onAbort, { once: true })
      const settle =
        <T>(how: (value: T) => void) =>
        (value: T) => {
          call.signal.removeEventListener('abort', onAbort)
          how(value)
        }
      const pending: PendingCall = { call, resolve: settle(resolve), reject: settle(reject) }
      this.#pending.add(idText, pending)
      this.write(requestText(idText, call.method, call.params))
    })
  }

  #reasonAgainst(call: UpstreamCall): unknown {
    if (call.signal.aborted) return call.signal.reason
    if (this.#endedBy !== undefined) return unavailable(this.#upstream, this.#endedBy)
    return this.#input.isFull ? deaf(this.#upstream) : undefined
  }

  /** Opens the stream of list changes; its end means nothing on a pipe whose own end is seen. */
  listen(): void {
    const params = listenParams(this.identity.capabilities)
    if (params === undefined) return
    const { signal } = new AbortController()
    this.call({ ...OWN_CALL, idText: '0', method: 'subscriptions/listen', params, signal }).catch(() => {})
  }

  async watch(uris: ReadonlySet<string>): Promise<void> {
    const before = this.#watched
    this.#watched = uris
    if (before.symmetricDifference(uris).size === 0) return
    if (this.identity.era === 'modern') {
      const last = this.#watching
      this.#watching = new AbortController()
      if (uris.size > 0) await this.#listenTo(watchParams(uris), this.#watching.signal)
      // The one before ends later, so that nothing is missed.
      last.abort()
      return
    }
    const tell = (verb: string, uri: string) => this.#tell(`resources/${verb}`, JSON.stringify({ uri }), this.#signal)
    const added = [...uris].filter((uri) => !before.has(uri)).map((uri) => tell('subscribe', uri))
    const gone = [...before].filter((uri) => !uris.has(uri)).map((uri) => tell('unsubscribe', uri))
    await Promise.all([...added, ...gone])
  }

  // The answer to a listen is its end, so what is waited for is that it was heard of.
  #listenTo(params: string, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const listen = { ...OWN_CALL, idText: '0', method: 'subscriptions/listen', params, signal }
    this.call({ ...listen, onNotification: () => resolve() }).then(
      () => resolve(),
      () => resolve(),
    )
    setTimeout(resolve, ACKNOWLEDGE_MS).unref()
    return promise
  }

  async #tell(method: string, params: string, signal: AbortSignal): Promise<void> {
    await this.call({ ...OWN_CALL, idText: '0', method, params, signal }).catch(() => {})
  }

  write(message: string): void {
    this.#input.write(message)
  }

  async close(): Promise<void> {
    await this.#child.stop()
  }

  #onLine(line: string): void {
    if (!line.trimStart().startsWith('{')) {
      if (line.trim()) this.#log.warn({ line: line.slice(0, 200) }, 'line on stdout that is not a message')
      return
    }
    let message: unknown
    try {
      message = JSON.parse(line)
    } catch (cause) {
      this.#log.warn({ line: line.slice(0, 200) }, 'line on stdout that is not JSON')
      this.#pending.takeByEdges(line, line)?.reject(invalid(this.#upstream, 'its answer is not JSON', cause))
      return
    }
    if (!isObject(message)) return
    if (typeof message.method === 'string') this.#onMethod(line, message.method, message)
    else if (typeof message.id === 'number') this.#onAnswer(line, String(message.id))
  }

  #onMethod(line: string, method: string, message: Record<string, unknown>): void {
    if (message.id !== undefined) {
      if (isScalar(message.id)) this.#onRequest(line, method)
      return
    }
    const uri = updatedUri(message)
    if (OF_A_SUBSCRIPTION.has(method)) this.#onSubscribed(line, method, message)
    else if (uri !== undefined) this.onResourceUpdated(uri)
    else if (isListChange(method)) this.onListChanged()
    else if (isObject(message.params) && isScalar(message.params.progressToken))
      this.#pending.ofToken(JSON.stringify(message.params.progressToken))?.onNotification(line, method)
    // What a shared child logs names no call, in either era, and may tell of one agent's data: no agent hears of it.
    else this.#underWay?.speaker?.onNotification(line, method)
  }

  #onSubscribed(line: string, method: string, { params }: Record<string, unknown>): void {
    const meta = isObject(params) && isObject(params._meta) ? params._meta : {}
    this.#pending.get(String(meta[SUBSCRIPTION_ID_META]))?.call.onNotification(line, method)
  }

  #onRequest(line: string, method: string): void {
    // As it was written: a number could be one that is not read exactly.
    const id = memberText(line, 'id') as string
    if (method === 'ping') this.write(resultText(id, '{}'))
    // A modern upstream must not write requests; of a shared child's nobody could tell for whom they are.
    else if (!this.#underWay || this.identity.era === 'modern') this.write(failureText(id, NOT_DECLARED))
    else {
      const asked = this.#underWay.ask({ method, params: memberText(line, 'params') ?? '{}' })
      const write = (answer: Awaited<typeof asked>) =>
        this.write('result' in answer ? resultText(id, answer.result) : failureText(id, answer.error))
      asked.then(write, () => write({ error: NOT_DECLARED }))
    }
  }

  #onAnswer(line: string, idText: string): void {
    const pending = this.#pending.take(idText)
    if (!pending) return
    try {
      const { maxBytes } = pending.call
      if (Buffer.byteLength(line) > maxBytes + ENVELOPE_BYTES) throw tooLarge(this.#upstream, maxBytes)
      pending.resolve(readAnswer(line, idText, this.#upstream))
    } catch (error) {
      pending.reject(error)
    }
  }

  #onOverflow(start: string, end: string, maxBytes: number): void {
    const failure = tooLarge(this.#upstream, maxBytes)
    const owner = this.#pending.takeByEdges(start, end)
    // A line without an id could be anybody's, and waiting for the deadline would help nobody.
    for (const pending of owner ? [owner] : this.#pending.takeAll()) pending.reject(failure)
  }
}

function tooLarge(upstream: string, maxBytes: number): GatewayError {
  return new GatewayError(
    'result_too_large',
    `Cannot pass on the answer of upstream "${upstream}": larger than ${maxBytes} bytes`,
    { upstream },
  )
}

function deaf(upstream: string): GatewayError {
  return new GatewayError(
    'upstream_overloaded',
    `Cannot call upstream "${upstream}": it does not read what it was sent before`,
    { upstream, retryAfterMs: DEAF_RETRY_MS },
  )
}

function outputEnd(child: Child): Promise<string> {
  return new Promise((resolve) => {
    child.process.stdout.once('close', () => setTimeout(resolve, LAST_WORDS_MS, 'it closed its output').unref())
  })
}
