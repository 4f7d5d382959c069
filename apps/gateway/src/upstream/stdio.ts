/** An upstream on the pipes of a child process, either era: ids and progress tokens are the gateway's own, because many agents share the pipe. */
import type { Logger } from 'pino'
import { GatewayError } from '../errors.ts'
import { isObject } from '../wire/envelope.ts'
import { membersOf, withMembers } from '../wire/json-span.ts'
import { failureText, notificationText, requestText, resultText } from '../wire/jsonrpc.ts'
import { invalid, readAnswer, type UpstreamAnswer, unavailable } from './answer.ts'
import { type BoundedInput, createBoundedInput, type InputLimits } from './bounded-input.ts'
import type { Child } from './child.ts'
import type { Connection, UpstreamCall, UpstreamIdentity } from './connection.ts'
import { DISCOVER_PARAMS, eraOf, initializeParams, readDiscover, readInitialize } from './handshake.ts'
import { isScalar } from './is-scalar.ts'
import { createLineReader } from './line-reader.ts'
import { isListChange, listenParams, updatedUri, watchParams } from './list-changes.ts'
import { NOT_DECLARED, OWN_CALL } from './own-call.ts'

/** What the pipes need to know of their upstream. */
export interface StdioOptions {
  upstream: string
  era: 'auto' | 'modern' | 'legacy'
  maxResultBytes: number
  /** Ends the attempt to connect. */
  signal: AbortSignal
  log: Logger
  inputLimits?: InputLimits
}

interface Pending {
  call: UpstreamCall
  resolve(answer: UpstreamAnswer): void
  reject(error: unknown): void
}

const PROBE_MS = 3_000
const HANDSHAKE_MS = 30_000
/** A child that closed its output without ending is of no more use, but may be about to end. */
const LAST_WORDS_MS = 1_000
const DEAF_RETRY_MS = 1_000
/** Lists may be larger than results, and both come within a message. */
const MAX_LIST_BYTES = 4 * 1024 * 1024
const ENVELOPE_BYTES = 64 * 1024
/** Where a message's own id stands: implementations write it first or last. */
const FIRST_ID = /^\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(\d+)/
const LAST_ID = /"id"\s*:\s*(\d+)\s*\}\s*$/
const EDGE_CHARACTERS = 64
/**
 * Finds out the era over the pipes and returns the connection.
 * Anything but a recognized modern answer, silence included, is legacy (2026-07-28, "stdio").
 * @throws GatewayError upstream_*
 */
export async function connectStdio(child: Child, options: StdioOptions): Promise<Connection> {
  const pipe = new StdioPipe(child, options)
  const isModern = options.era === 'modern' || (options.era === 'auto' && (await pipe.probe()))
  pipe.identity = isModern
    ? readDiscover(await pipe.ask('server/discover', DISCOVER_PARAMS, HANDSHAKE_MS), options.upstream)
    : await initialize(pipe, options.upstream)
  if (isModern) pipe.listen()
  return pipe
}

async function initialize(pipe: StdioPipe, upstream: string): Promise<UpstreamIdentity> {
  const identity = readInitialize(await pipe.ask('initialize', initializeParams('{}'), HANDSHAKE_MS), upstream)
  pipe.write(notificationText('notifications/initialized'))
  return identity
}

class StdioPipe implements Connection {
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
  readonly #pending = new Map<string, Pending>()
  readonly #byToken = new Map<string, Pending>()
  #endedBy: string | undefined
  #nextId = 1

  constructor(child: Child, options: StdioOptions) {
    this.#child = child
    this.#upstream = options.upstream
    this.#log = options.log
    this.#signal = options.signal
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
      for (const id of [...this.#pending.keys()])
        this.#forget(id)?.reject(unavailable(this.#upstream, reason, { wasSent: true }))
      return reason
    })
  }

  call(call: UpstreamCall): Promise<UpstreamAnswer> {
    const idText = String(this.#nextId++)
    return new Promise((resolve, reject) => {
      const refusal = this.#reasonAgainst(call)
      if (refusal !== undefined) {
        reject(refusal)
        return
      }
      const onAbort = () => {
        this.#forget(idText)
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
      const pending: Pending = { call, resolve: settle(resolve), reject: settle(reject) }
      this.#pending.set(idText, pending)
      if (call.progressToken !== undefined) this.#byToken.set(call.progressToken, pending)
      this.write(requestText(idText, call.method, call.params))
    })
  }

  #reasonAgainst(call: UpstreamCall): unknown {
    if (call.signal.aborted) return call.signal.reason
    if (this.#endedBy !== undefined) return unavailable(this.#upstream, this.#endedBy)
    return this.#input.isFull ? deaf(this.#upstream) : undefined
  }

  /** Asks for the gateway itself. */
  async ask(method: string, params: string, timeoutMs: number): Promise<UpstreamAnswer> {
    const failure = new GatewayError(
      'upstream_timeout',
      `Cannot start upstream "${this.#upstream}": no answer to ${method}`,
      { upstream: this.#upstream, retryable: true },
    )
    const timeout = new AbortController()
    const timer = setTimeout(() => timeout.abort(failure), timeoutMs)
    try {
      const signal = AbortSignal.any([this.#signal, timeout.signal])
      return await this.call({ ...OWN_CALL, idText: '0', method, params, signal })
    } finally {
      clearTimeout(timer)
    }
  }

  /** Whether the upstream is modern. */
  async probe(): Promise<boolean> {
    try {
      return eraOf(await this.ask('server/discover', DISCOVER_PARAMS, PROBE_MS)) === 'modern'
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'upstream_timeout') return false
      throw error
    }
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
    if (this.identity.era === 'modern') {
      this.#watching.abort()
      this.#watching = new AbortController()
      // The answer to a listen is its end, so there is nothing to wait for.
      if (uris.size > 0) void this.#tell('subscriptions/listen', watchParams(uris), this.#watching.signal)
      return
    }
    const tell = (verb: string, uri: string) => this.#tell(`resources/${verb}`, JSON.stringify({ uri }), this.#signal)
    const added = [...uris].filter((uri) => !before.has(uri)).map((uri) => tell('subscribe', uri))
    const gone = [...before].filter((uri) => !uris.has(uri)).map((uri) => tell('unsubscribe', uri))
    await Promise.all([...added, ...gone])
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
      this.#rejectOwner(line, line.slice(-EDGE_CHARACTERS), invalid(this.#upstream, 'its answer is not JSON', cause))
      return
    }
    if (!isObject(message)) return
    if (typeof message.method === 'string') this.#onMethod(line, message.method, message)
    else if (typeof message.id === 'number') this.#onAnswer(line, String(message.id))
  }

  #onMethod(line: string, method: string, message: Record<string, unknown>): void {
    if (message.id !== undefined) {
      if (!isScalar(message.id)) return
      const id = JSON.stringify(message.id)
      // Many agents share the pipe, so nobody could tell whom a question is for.
      this.write(method === 'ping' ? resultText(id, '{}') : failureText(id, NOT_DECLARED))
      return
    }
    const uri = updatedUri(message)
    if (uri !== undefined) this.onResourceUpdated(uri)
    else if (isListChange(method)) this.onListChanged()
    else if (isObject(message.params) && isScalar(message.params.progressToken)) {
      this.#byToken.get(JSON.stringify(message.params.progressToken))?.call.onNotification(line, method)
    }
  }

  #onAnswer(line: string, idText: string): void {
    const pending = this.#forget(idText)
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
    // A line without an id could be anybody's, and waiting for the deadline would help nobody.
    if (!this.#rejectOwner(start, end, failure))
      for (const id of [...this.#pending.keys()]) this.#forget(id)?.reject(failure)
  }

  /** Fails the call that a message belongs to by its beginning or its end; says whether there is one. */
  #rejectOwner(start: string, end: string, failure: GatewayError): boolean {
    const idText = FIRST_ID.exec(start)?.[1] ?? LAST_ID.exec(end)?.[1]
    const pending = idText === undefined ? undefined : this.#forget(idText)
    pending?.reject(failure)
    return pending !== undefined
  }

  #forget(idText: string): Pending | undefined {
    const pending = this.#pending.get(idText)
    this.#pending.delete(idText)
    if (pending?.call.progressToken !== undefined) this.#byToken.delete(pending.call.progressToken)
    return pending
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

/** The notification with another progress token: what an agent sees instead of the gateway's own. */
export function withProgressToken(text: string, tokenText: string): string {
  const top = membersOf(text, 0)
  // The last one is the one that whoever parses the text reads.
  const params = top.findLast((member) => member.key === 'params')
  if (!params || text[params.start] !== '{') return text
  const replaced = withMembers(text, membersOf(text, params.start), { progressToken: tokenText })
  return withMembers(text, top, { params: replaced })
}
