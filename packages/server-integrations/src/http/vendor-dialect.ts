/** What differs from one third-party API to the next: how a token travels, how its limits are told, and how its refusals are read. */
import type { ToolError } from '@causeway/shared-contracts/tool-error'
import type { VendorRequest } from './vendor-request.ts'

/** An answer with its body parsed; `body` is text where it is plain text, and undefined when there is none or it is something else. */
export interface VendorReply {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: unknown
  /** There is a body, and it is no JSON or nests without end. */
  isUnreadable: boolean
  /** Of the body. */
  chars: number
}

/** What an answer says of how much more may be asked. */
export interface LimitReading {
  remaining: number
  /** Epoch milliseconds at which the API grants anew. */
  resetAtMs: number
}

export interface VendorDialect {
  id: string
  /** The vendor's own name. */
  title: string
  /** Environment variable that holds the token, named in advice. */
  tokenVariable: string
  /** Callers connect no accounts of their own: only the operator can mend its token. */
  isOfOperator?: boolean
  headers(token: string): Record<string, string>
  /** Header under which the API does a write once, for those that have one. */
  idempotencyHeader?: string
  /** Requests of one name share one limit; without this all do. */
  bucketOf?(request: VendorRequest): string
  /** The limit as the answer's headers tell it; undefined when they do not. */
  limit?(headers: VendorReply['headers'], nowMs: number): LimitReading | undefined
  /** Whether an answer that is not 429 means "slow down" all the same. */
  isLimited?(reply: VendorReply): boolean
  /** Whether the answer says that the token does not open the API (any more). */
  isRefusedToken(reply: VendorReply): boolean
  /** The tool error that this answer means, or undefined when it is a success. */
  refusal(reply: VendorReply, request: VendorRequest): ToolError | undefined
}
