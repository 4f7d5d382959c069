/** An upstream on the pipes of a child process, either era: ids and progress tokens are the gateway's own, because many agents share the pipe. */
import type { Logger } from 'pino'
import { GatewayError } from '../errors.ts'
import { isObject } from '../wire/envelope.ts'
import { membersOf, withMembers } from '../wire/json-span.ts'
import { errorText, notificationText, requestText, resultText } from '../wire/jsonrpc.ts'
import { readAnswer, type UpstreamAnswer, unavailable } from './answer.ts'
import type { Child } from './child.ts'
import type { Connection, ListKind, UpstreamCall, UpstreamIdentity } from './connection.ts'
import { DISCOVER_PARAMS, eraOf, GATEWAY_META, INITIALIZE_PARAMS, readDiscover, readInitialize } from './handshake.ts'
import { createLineReader } from './line-reader.ts'

interface Pending {
  call: UpstreamCall
  resolve(answer: UpstreamAnswer): void
  reject(error: unknown): void
}

const PROBE_MS = 3_000
const HANDSHAKE_MS = 30_000
const EMPTY_CALL = {
  headers: {},
  credential: undefined,
  sessionKey: '',
  progressToken: undefined,
  idText: '0',
  maxBytes: 4 * 1024 * 1024,
  onNotification() {},
}

/**
 * Finds out the era over the pipes and returns the connection.
 * Anything but a recognized modern answer, silence included, is legacy (2026-07-28, "stdio").
 * @throws GatewayError upstream_*
 */
export async function connectStdio(
  child: Child,
  options: { upstream: string; era: 'auto' | 'modern' | 'legacy'; maxBytes: number; log: Logger },
): Promise<Connection> {
  const pipe = new StdioPipe(child, options)
  const isModern = options.era === 'modern' || (options.era === 'auto' && (await pipe.probe()))
  pipe.identity = isModern
    ? readDiscover(await pipe.ask('server/discover', DISCOVER_PARAMS, HANDSHAKE_MS), options.upstream)
    : await initialize(pipe, options.upstream)
  if (isModern) pipe.listen()
  return pipe
}

async function initialize(pipe: StdioPipe, upstream: string): Promise<UpstreamIdentity> {
  const identity = readInitialize(await pipe.ask('initialize', INITIALIZE_PARAMS, HANDSHAKE_MS), upstream)
  pipe.write(notificationText('notifications/initialized'))
  return identity
}

class StdioPipe implements Connection {
  identity: UpstreamIdentity = { era: 'legacy', name: '', version: '', capabilities: {}, instructions: '' }
  readonly passesIds = false
  readonly ended: Promise<string>
  onListChanged: Connection['onListChanged'] = () => {}
  readonly #child: Child
  readonly #upstream: string
  readonly #log: Logger
  readonly #pending = new Map<string, Pending>()
  readonly #byToken = new Map<string, Pending>()
  #nextId = 1

  constructor(child: Child, options: { upstream: string; maxBytes: number; log: Logger }) {
    this.#child = child
    this.#upstream = options.upstream
    this.#log = options.log
    const onLine = (line: string) => this.#onLine(line)
    child.process.stdout.on(
      'data',
      createLineReader(options.maxBytes, { onLine, onOverflow: (start) => this.#onOverflow(start, options.maxBytes) }),
    )
    this.ended = child.ended.then((reason) => {
      for (const pending of this.#pending.values())
        pending.reject(unavailable(this.#upstream, reason, { wasSent: true }))
      this.#pending.clear()
      return reason
    })
  }

  call(call: UpstreamCall): Promise<UpstreamAnswer> {
    const idText = String(this.#nextId++)
    return new Promise((resolve, reject) => {
      if (call.signal.aborted) {
        reject(call.signal.reason)
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
      return await this.call({ ...EMPTY_CALL, method, params, signal: timeout.signal })
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
    const kinds = (['tools', 'prompts', 'resources'] as const).filter(
      (kind) => (this.identity.capabilities[kind] as { listChanged?: boolean } | undefined)?.listChanged,
    )
    const filter = Object.fromEntries(kinds.map((kind) => [`${kind}ListChanged`, true]))
    const params = `{"notifications":${JSON.stringify(filter)},"_meta":${GATEWAY_META}}`
    if (kinds.length > 0)
      this.call({ ...EMPTY_CALL, method: 'subscriptions/listen', params, signal: new AbortController().signal }).catch(
        () => {},
      )
  }

  write(message: string): void {
    this.#child.process.stdin.write(`${message}\n`)
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
    } catch {
      this.#log.warn({ line: line.slice(0, 200) }, 'line on stdout that is not JSON')
      return
    }
    if (!isObject(message)) return
    if (typeof message.method === 'string') this.#onMethod(line, message.method, message)
    else this.#onAnswer(line, JSON.stringify(message.id))
  }

  #onMethod(line: string, method: string, message: Record<string, unknown>): void {
    if (message.id !== undefined) {
      const id = JSON.stringify(message.id)
      this.write(
        method === 'ping'
          ? resultText(id, '{}')
          : errorText(id, {
              code: -32601,
              message: 'Cannot serve this request: the client declared no such capability',
            }),
      )
      return
    }
    const kind = /^notifications\/(tools|prompts|resources)\/list_changed$/.exec(method)?.[1] as ListKind | undefined
    if (kind) this.onListChanged(kind)
    else if (isObject(message.params) && message.params.progressToken !== undefined) {
      this.#byToken.get(JSON.stringify(message.params.progressToken))?.call.onNotification(line, method)
    }
  }

  #onAnswer(line: string, idText: string): void {
    const pending = this.#forget(idText)
    if (!pending) return
    try {
      pending.resolve(readAnswer(line, idText, this.#upstream))
    } catch (error) {
      pending.reject(error)
    }
  }

  #onOverflow(start: string, maxBytes: number): void {
    const idText = /"id"\s*:\s*(\d+)/.exec(start)?.[1]
    const failure = new GatewayError(
      'result_too_large',
      `Cannot pass on the answer of upstream "${this.#upstream}": larger than ${maxBytes} bytes`,
      { upstream: this.#upstream },
    )
    // Without an id at its beginning the line could be anybody's, and waiting for the deadline would help nobody.
    for (const id of idText ? [idText] : [...this.#pending.keys()]) this.#forget(id)?.reject(failure)
  }

  #forget(idText: string): Pending | undefined {
    const pending = this.#pending.get(idText)
    this.#pending.delete(idText)
    if (pending?.call.progressToken !== undefined) this.#byToken.delete(pending.call.progressToken)
    return pending
  }
}

/** The notification with another progress token: what an agent sees instead of the gateway's own. */
export function withProgressToken(text: string, tokenText: string): string {
  const top = membersOf(text, 0)
  const params = top.find((member) => member.key === 'params')
  if (!params) return text
  const replaced = withMembers(text, membersOf(text, params.start), { progressToken: tokenText })
  return withMembers(text, top, { params: replaced })
}
