/** One POST from the moment it is asked for until its answer is complete, whatever connection it gets. */
import type { IncomingHttpHeaders } from 'node:http'
import type { KeptConnection } from './kept-connection.ts'
import type { RequestText } from './request-text.ts'

/** Ends an exchange before its time. */
export interface PostController {
  abort(reason: Error): void
}

/** Told of an answer as it comes, with the names that undici has for it. */
export interface PostHandler {
  /** Just before the first byte is sent. */
  onRequestStart(controller: PostController): void
  onResponseStart(controller: PostController, status: number, headers: IncomingHttpHeaders): void
  onResponseData(controller: PostController, chunk: Buffer): void
  onResponseEnd(controller: PostController): void
  onResponseError(controller: PostController, error: Error): void
}

export class PendingPost implements PostController {
  readonly text: RequestText
  readonly #handler: PostHandler
  #connection: KeptConnection | undefined
  #isOver = false

  constructor(text: RequestText, handler: PostHandler) {
    this.text = text
    this.#handler = handler
  }

  /** Tells that it is about to be sent. @returns whether it is still wanted */
  begin(connection: KeptConnection): boolean {
    this.#connection = connection
    this.#handler.onRequestStart(this)
    return !this.#isOver
  }

  onHead(status: number, headers: IncomingHttpHeaders): void {
    if (!this.#isOver) this.#handler.onResponseStart(this, status, headers)
  }

  onBody(chunk: Buffer): void {
    if (!this.#isOver) this.#handler.onResponseData(this, chunk)
  }

  onComplete(): void {
    if (this.#isOver) return
    this.#isOver = true
    try {
      this.#handler.onResponseEnd(this)
    } catch (error) {
      this.#handler.onResponseError(this, error as Error)
    }
  }

  onError(error: Error): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#handler.onResponseError(this, error)
  }

  // An answer that is under way can only be ended with its connection.
  abort(reason: Error): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#handler.onResponseError(this, reason)
    this.#connection?.abort(this, reason)
  }
}
