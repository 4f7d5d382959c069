/** The HTTP side of the bridge: requests to the gateway, over its restarts and with a credential that is renewed. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { GatewayError } from '../errors.ts'
import { reasonOf } from '../upstream/answer.ts'
import { type HttpAnswer, type HttpPost, httpPost } from '../upstream/http-post.ts'
import { isJson } from '../upstream/http-status.ts'
import { isObject } from '../wire/envelope.ts'
import { errorText } from '../wire/jsonrpc.ts'
import { LinkFailure } from './link-failure.ts'

/** As whom the bridge speaks. */
export interface Credential {
  /** The key to present now; `undefined` where anonymous callers are served. */
  current(): string | undefined
  /** Called when the gateway refused it; resolves to whether another try makes sense. */
  refused(): Promise<boolean>
}

/** One POST. */
export interface LinkRequest {
  body: string
  headers: Readonly<Record<string, string>>
  signal: AbortSignal
}

/** What is sent for a request of the client. */
export interface LinkCall extends LinkRequest {
  idText: string
  /** Called with each message before the answer, as JSON text. */
  onMessage(text: string): void
}

/** The answer to a call. */
export interface LinkAnswer {
  http: HttpAnswer
  /** The response, as JSON text. */
  text: string
  /** JSON-RPC code, if it is an error. */
  errorCode: number | undefined
  result: Record<string, unknown> | undefined
}

/** How long a message waits for a gateway that does not listen, as while it is restarted: nothing was sent yet. */
const RESTART_MS = 4_000
const RETRY_PAUSE_MS = 200
const MAX_ANSWER_BYTES = 64 * 1024 * 1024
const POOL = { headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 10_000, connect: { timeout: 2_000 } }

export class GatewayLink {
  readonly url: URL
  readonly credential: Credential
  /** Where requests go; named like an upstream, for the parts that speak to those. */
  readonly target: {
    upstream: string
    dispatcher: Pool
    others(): Promise<Pool>
    path: string
    headers: Record<string, string>
  }
  /** What went wrong, for as long as the gateway has not accepted a single message. */
  unmet: LinkFailure | undefined
  #isMet = false

  /** @param headers that every request has */
  constructor(url: URL, credential: Credential, headers: Record<string, string>) {
    this.url = url
    this.credential = credential
    const dispatcher = new Pool(url.origin, POOL)
    const others = async () => dispatcher
    this.target = { upstream: 'gateway', dispatcher, others, path: url.pathname + url.search, headers }
  }

  /**
   * Sends a request of the client and waits for its answer.
   * @throws LinkFailure, or what the signal was aborted with
   */
  async call(call: LinkCall): Promise<LinkAnswer> {
    let answer: string | undefined
    const http = await this.#post(call, (data) => {
      if (isResponse(data)) answer = data
      else call.onMessage(data)
      return answer !== undefined
    })
    if (http.isEventStream && answer === undefined) throw this.#broken('the stream ended without an answer')
    return this.#read(http, answer ?? http.text, call.idText)
  }

  /**
   * Sends a notification, or an answer of the client to a request of the gateway.
   * @throws LinkFailure, or what the signal was aborted with
   */
  async tell(request: LinkRequest): Promise<HttpAnswer> {
    return this.#post(request, () => false)
  }

  async close(): Promise<void> {
    await this.target.dispatcher.destroy()
  }

  async #post(request: LinkRequest, onEvent: HttpPost['onEvent']): Promise<HttpAnswer> {
    const deadlineMs = performance.now() + RESTART_MS
    let hasRenewed = false
    for (;;) {
      try {
        const answer = await this.#postOnce(request, onEvent)
        if (answer.status !== 401) {
          this.#isMet = true
          this.unmet = undefined
          return answer
        }
        if (hasRenewed || !(await this.credential.refused())) throw this.#unauthorized()
        hasRenewed = true
      } catch (error) {
        if (request.signal.aborted) throw error
        const failure = this.#noted(this.#failureOf(error))
        if (!failure.isRetryable || performance.now() > deadlineMs) throw failure
        await sleep(RETRY_PAUSE_MS, undefined, { signal: request.signal })
      }
    }
  }

  #postOnce({ body, headers, signal }: LinkRequest, onEvent: HttpPost['onEvent']): Promise<HttpAnswer> {
    const { upstream, path, dispatcher } = this.target
    const key = this.credential.current()
    return httpPost(dispatcher, {
      upstream,
      path,
      headers: { ...headers, ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
      body,
      signal,
      maxBytes: MAX_ANSWER_BYTES,
      onEvent,
    })
  }

  // A refusal from before the request was read has no id, and the client could not tell whose it is.
  #read(http: HttpAnswer, text: string, idText: string): LinkAnswer {
    const message = http.isEventStream || isJson(http) ? parse(text) : undefined
    if (!isObject(message)) throw this.#noted(this.#invalid(`it answered HTTP ${http.status}`))
    const { error, result } = message
    const errorCode = isObject(error) && typeof error.code === 'number' ? error.code : undefined
    const isNamed = message.id !== undefined && message.id !== null
    if (!isNamed && errorCode === undefined) throw this.#noted(this.#invalid(`it answered HTTP ${http.status}`))
    return {
      http,
      text: isNamed ? text : errorText(idText, error as Parameters<typeof errorText>[1]),
      errorCode,
      result: isObject(result) ? result : undefined,
    }
  }

  #failureOf(error: unknown): LinkFailure {
    if (error instanceof LinkFailure) return error
    if (!(error instanceof GatewayError)) return this.#invalid((error as Error).message, error)
    if (error.code === 'result_too_large') {
      const hint = 'Ask for less: narrow the filters or lower the limit.'
      return new LinkFailure(error.code, `Cannot pass on the answer: larger than ${MAX_ANSWER_BYTES} bytes`, { hint })
    }
    if (error.code !== 'upstream_unavailable') return this.#invalid(reasonOf(error), error)
    // It says so when the request was on its way already.
    if (error.detail.retryable === false) return this.#broken(reasonOf(error), error)
    return new LinkFailure(
      'gateway_unreachable',
      `Cannot reach the gateway at "${this.url.origin}": ${reasonOf(error)}`,
      {
        hint: 'Start it with `npm start`; CAUSEWAY_PORT or --url says where it listens when not on the configured port.',
        isRetryable: true,
        cause: error,
      },
    )
  }

  #broken(reason: string, cause?: unknown): LinkFailure {
    return new LinkFailure(
      'gateway_unreachable',
      `Cannot tell how the request ended at the gateway at "${this.url.origin}": ${reason}`,
      { hint: 'It may have taken effect. Check before you repeat it.', cause },
    )
  }

  #invalid(reason: string, cause?: unknown): LinkFailure {
    return new LinkFailure('gateway_invalid', `Cannot use the gateway at "${this.url.origin}": ${reason}`, {
      hint: 'Check that a Causeway gateway listens there.',
      cause,
    })
  }

  #unauthorized(): LinkFailure {
    return new LinkFailure(
      'unauthorized',
      `Cannot use the gateway at "${this.url.origin}": it does not accept the credential`,
      { hint: 'Check CAUSEWAY_KEY; with --as, check that the gateway runs on the same data directory.' },
    )
  }

  #noted(failure: LinkFailure): LinkFailure {
    if (!this.#isMet) this.unmet = failure
    return failure
  }
}

function isResponse(data: string): boolean {
  const message = parse(data)
  return isObject(message) && message.method === undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
