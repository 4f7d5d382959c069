/** One POST to an upstream: a bounded JSON body, or server-sent events as they come. */
import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders } from 'node:http'
import { GatewayError } from '../errors.ts'
import { EventTooLarge, SseReader, type StreamPlace } from '../wire/sse.ts'
import { invalid, unavailable } from './answer.ts'
import type { CallSignal } from './call-signal.ts'
import type { PostDispatcher } from './http1/kept-connections.ts'
import type { PostController, PostHandler } from './http1/pending-post.ts'

export interface HttpPost {
  upstream: string
  path: string
  /** Names and values in turn, or by name. */
  headers: string[] | Record<string, string>
  body: string
  signal: CallSignal
  maxBytes: number
  /** Called with the data of each event; return true when it was the last one of interest. */
  onEvent(data: string): boolean
  /** Kept up to date while an event stream is read. */
  place?: StreamPlace
}

export interface HttpAnswer {
  status: number
  headers: IncomingHttpHeaders
  /** The body, unless it was an event stream: its text, and the bytes as they came. */
  text: string
  body: Buffer | undefined
  isEventStream: boolean
}

const DRAIN_MS = 1_000

/**
 * Sends the request and resolves when its body has ended, or when `onEvent` said that nothing more matters.
 * @throws GatewayError upstream_unavailable | upstream_invalid | result_too_large | what the signal was aborted with
 */
export function httpPost(dispatcher: Pick<PostDispatcher, 'dispatch'>, post: HttpPost): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const { signal } = post
    if (signal.aborted) {
      reject(signal.reason)
      return
    }
    const exchange = new Exchange(post, resolve, reject)
    signal.addEventListener('abort', exchange.onAbort, { once: true })
    dispatcher.dispatch({ path: post.path, method: 'POST', headers: post.headers, body: post.body }, exchange)
  })
}

class Exchange implements PostHandler {
  readonly #post: HttpPost
  readonly #resolve: (answer: HttpAnswer) => void
  readonly #reject: (error: unknown) => void
  #controller: PostController | undefined
  #answer: HttpAnswer | undefined
  #reader: SseReader | undefined
  #chunks: Buffer[] = []
  #bytes = 0
  #isSettled = false
  #draining: NodeJS.Timeout | undefined

  constructor(post: HttpPost, resolve: (answer: HttpAnswer) => void, reject: (error: unknown) => void) {
    this.#post = post
    this.#resolve = resolve
    this.#reject = reject
  }

  readonly onAbort = (): void => {
    this.#fail(this.#post.signal.reason)
    this.#controller?.abort(new Error('aborted'))
  }

  onRequestStart(controller: PostController): void {
    this.#controller = controller
    if (this.#isSettled) controller.abort(new Error('aborted'))
  }

  onResponseStart(controller: PostController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return
    const isEventStream = String(headers['content-type'] ?? '').startsWith('text/event-stream')
    this.#answer = { status, headers, text: '', body: undefined, isEventStream }
    if (headers['content-encoding'] && headers['content-encoding'] !== 'identity') {
      this.#stop(controller, invalid(this.#post.upstream, 'it compressed its answer although it was not asked to'))
    } else if (isEventStream) {
      const onEvent = (data: string) => {
        if (!this.#isSettled && this.#post.onEvent(data)) this.#finish(controller)
      }
      this.#reader = new SseReader(this.#post.maxBytes, onEvent, this.#post.place)
    }
  }

  onResponseData(controller: PostController, chunk: Buffer): void {
    if (this.#isSettled) return
    try {
      if (this.#reader) {
        this.#reader.push(chunk)
        return
      }
      this.#bytes += chunk.length
      if (this.#bytes > this.#post.maxBytes) throw new EventTooLarge()
      this.#chunks.push(chunk)
    } catch (error) {
      this.#stop(
        controller,
        error instanceof EventTooLarge
          ? tooLarge(this.#post)
          : error instanceof GatewayError
            ? error
            : invalid(this.#post.upstream, 'its event stream is malformed', error),
      )
    }
  }

  onResponseEnd(): void {
    // A timer that runs on keeps the whole exchange for its second, which made garbage collection a fifth of all work.
    clearTimeout(this.#draining)
    if (this.#isSettled || !this.#answer) return
    const body = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks)
    if (!isUtf8(body)) {
      this.#fail(invalid(this.#post.upstream, 'its answer is not UTF-8'))
      return
    }
    this.#answer.body = body
    this.#answer.text = body.toString('utf8')
    this.#settle(() => this.#resolve(this.#answer as HttpAnswer))
  }

  onResponseError(_controller: PostController, error: Error): void {
    clearTimeout(this.#draining)
    const wasSent = this.#controller !== undefined
    // A machine that is gone is told by the same code as one that does not answer at first.
    const reason = wasSent ? 'the connection failed' : describe(error)
    this.#fail(unavailable(this.#post.upstream, reason, { cause: error, wasSent }))
  }

  // The rest of the stream is read and dropped, so that the connection can be used again; a stream that does not end is cut.
  #finish(controller: PostController): void {
    this.#settle(() => this.#resolve(this.#answer as HttpAnswer))
    this.#draining = setTimeout(() => controller.abort(new Error('drained')), DRAIN_MS).unref()
  }

  #stop(controller: PostController, error: unknown): void {
    this.#fail(error)
    controller.abort(new Error('refused'))
  }

  #fail(error: unknown): void {
    this.#settle(() => this.#reject(error))
  }

  #settle(how: () => void): void {
    if (this.#isSettled) return
    this.#isSettled = true
    this.#post.signal.removeEventListener('abort', this.onAbort)
    how()
  }
}

/** The failure of an answer that grew past its bound. */
export function tooLarge({ upstream, maxBytes }: Pick<HttpPost, 'upstream' | 'maxBytes'>): GatewayError {
  return new GatewayError(
    'result_too_large',
    `Cannot pass on the answer of upstream "${upstream}": larger than ${maxBytes} bytes`,
    { upstream },
  )
}

function describe(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ECONNREFUSED') return 'the connection was refused'
  if (code === 'ETIMEDOUT' || code === 'UND_ERR_CONNECT_TIMEOUT') return 'it did not accept the connection in time'
  return 'the connection failed'
}
