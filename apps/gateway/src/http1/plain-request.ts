/** A request that came in one piece and in the usual shape: what of an `IncomingMessage` the line looks at, without its stream. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'

/** Its parts. */
export interface PlainRequestParts {
  url: string
  /** By name in lower case; no name stands twice. */
  headers: IncomingHttpHeaders
  body: Buffer
  socket: Socket
}

export class PlainRequest {
  readonly method = 'POST'
  readonly url: string
  readonly headers: IncomingHttpHeaders
  /** All of it. */
  readonly body: Buffer
  readonly socket: Socket

  constructor({ url, headers, body, socket }: PlainRequestParts) {
    this.url = url
    this.headers = headers
    this.body = body
    this.socket = socket
  }
}
