/** Why the bridge cannot serve a message: told to the client as a JSON-RPC error, and at the end to the shell. */
import { errorText } from '../wire/jsonrpc.ts'

/** JSON-RPC code of failures that are nobody's mistake in the message. */
const INTERNAL_ERROR = -32603

/** What kind of failure it is. */
export type LinkFailureCode =
  | 'gateway_unreachable'
  | 'gateway_invalid'
  | 'unauthorized'
  | 'result_too_large'
  | 'overloaded'
  | 'unfinished'

export class LinkFailure extends Error {
  readonly code: LinkFailureCode
  /** The next command, or what to check. */
  readonly hint: string
  /** Whether the message certainly had no effect and may be sent again. */
  readonly isRetryable: boolean

  /** @param message `Cannot <do> "<value>": <reason>` */
  constructor(code: LinkFailureCode, message: string, more: { hint: string; isRetryable?: boolean; cause?: unknown }) {
    super(message, { cause: more.cause })
    this.code = code
    this.hint = more.hint
    this.isRetryable = more.isRetryable ?? false
  }
}

/** The failure as the response to a request. */
export function failureResponse(idText: string, { code, message, hint, isRetryable }: LinkFailure): string {
  return errorText(idText, { code: INTERNAL_ERROR, message, data: { code, retryable: isRetryable, hint } })
}
