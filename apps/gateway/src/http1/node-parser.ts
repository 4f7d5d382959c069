/** The parser that Node.js itself reads HTTP/1.1 with: llhttp's binding, without the streams and objects that `node:http` puts around it. */

/** One parser, as far as it is used: callbacks are members by number. */
export interface NodeParser {
  initialize(type: number, resource: object, maxHeaderBytes?: number): void
  /** Returns how many bytes were read, or why they could not be. */
  execute(bytes: Buffer): number | Error
  /** The other side has ended. */
  finish(): undefined | Error
  /** Reads all that comes over a connection from now on, in place of its socket. */
  consume(handle: object): void
  /** Leaves the connection to its socket again. */
  unconsume(): void
  /** A copy of the bytes that were just read; to be called by `kOnExecute` alone. */
  getCurrentBuffer(): Buffer
  /** Lets go of native memory; not to be called by a callback of its own. */
  close(): void
  [callback: number]: unknown
}

interface NodeParserClass {
  new (): NodeParser
  readonly REQUEST: number
  readonly RESPONSE: number
  readonly kOnMessageBegin: number
  readonly kOnHeaders: number
  readonly kOnHeadersComplete: number
  readonly kOnBody: number
  readonly kOnMessageComplete: number
  /** Called after bytes of a consumed connection were read, with what `execute` returns. */
  readonly kOnExecute: number
}

/** What is told when a head is complete, in this order. */
export type HeadTold = [
  versionMajor: number,
  versionMinor: number,
  /** Names and values in turn; not there where they were more than 32 and came before. */
  pairs: string[] | undefined,
  method: number | undefined,
  url: string | undefined,
  status: number | undefined,
  statusMessage: string | undefined,
  isUpgrade: boolean,
  isKept: boolean,
]

/** The binding; Node.js documents it as deprecated for removal one day, so that it may be absent. */
export const HttpParser = (process.getBuiltinModule('_http_common') as { HTTPParser?: NodeParserClass } | undefined)
  ?.HTTPParser
