/** Reads HTTP/1.1 responses with llhttp as Node.js itself does: its own binding, without the streams and objects that `node:http` puts around it. */
import type { IncomingHttpHeaders } from 'node:http'

/** The binding, as far as it is used: callbacks are members by number. */
interface NodeParser {
  initialize(type: number, resource: object): void
  /** Returns how many bytes were read, or why they could not be. */
  execute(bytes: Buffer): number | Error
  /** The other side has ended. */
  finish(): undefined | Error
  close(): void
  [callback: number]: unknown
}

interface NodeParserClass {
  new (): NodeParser
  readonly RESPONSE: number
  readonly kOnMessageBegin: number
  readonly kOnHeaders: number
  readonly kOnHeadersComplete: number
  readonly kOnBody: number
  readonly kOnMessageComplete: number
}

/** llhttp's binding; Node.js documents it as deprecated for removal one day, so that it may be absent. */
const HttpParser = (process.getBuiltinModule('_http_common') as { HTTPParser?: NodeParserClass } | undefined)
  ?.HTTPParser

/** Whether responses can be read here. */
export const canParseResponses = HttpParser !== undefined

/** Told of one response after the other. */
export interface ResponseSink {
  /** A message begins, expected or not. */
  onBegin(): void
  /** Also told of responses that only announce the one to come (1xx). */
  onHead(status: number, headers: IncomingHttpHeaders): void
  onBody(chunk: Buffer): void
  /** @param isKept whether the connection may be used again */
  onComplete(isKept: boolean): void
}

/** Reads the responses of one connection, strictly: whatever has two readings is an error. */
export class ResponseParser {
  readonly #parser: NodeParser

  constructor(sink: ResponseSink) {
    const { kOnMessageBegin, kOnHeaders, kOnHeadersComplete, kOnBody, kOnMessageComplete, RESPONSE } =
      HttpParser as NodeParserClass
    const parser = new (HttpParser as NodeParserClass)()
    parser.initialize(RESPONSE, this)
    let many: string[] = []
    let isHead = true
    let isKept = false
    parser[kOnMessageBegin] = () => {
      many = []
      isHead = true
      sink.onBegin()
    }
    // More than 32 come in several parts; behind the body they are trailers, which nobody asked for.
    parser[kOnHeaders] = (pairs: string[]) => {
      if (isHead) many.push(...pairs)
    }
    parser[kOnHeadersComplete] = (...told: unknown[]) => {
      const [, , pairs, , , status, , , keeps] = told
      isHead = false
      isKept = keeps === true
      sink.onHead(status as number, headersOf(many.length > 0 ? many : ((pairs as string[] | undefined) ?? [])))
      return 0
    }
    parser[kOnBody] = (chunk: Buffer) => sink.onBody(chunk)
    parser[kOnMessageComplete] = () => sink.onComplete(isKept)
    this.#parser = parser
  }

  /** Reads bytes as they came. @returns why they are no response, where they are none */
  read(bytes: Buffer): Error | undefined {
    const read = this.#parser.execute(bytes)
    return typeof read === 'number' ? undefined : read
  }

  /** Takes note that no more bytes come, which ends a body without a length. @returns why that is too soon, where it is */
  end(): Error | undefined {
    return this.#parser.finish()
  }

  /** Lets go of native memory; not to be called while bytes are read. */
  close(): void {
    this.#parser.close()
  }
}

function headersOf(pairs: readonly string[]): IncomingHttpHeaders {
  const headers: Record<string, string | string[]> = Object.create(null)
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const name = (pairs[at] as string).toLowerCase()
    const value = pairs[at + 1] as string
    const before = headers[name]
    if (before === undefined) headers[name] = value
    else if (Array.isArray(before)) before.push(value)
    else headers[name] = [before, value]
  }
  return headers
}
