/** What differs from one third-party API to the next: how a token travels, and how its refusals are read. */
import type { ToolError } from '@causeway/shared-contracts/tool-error'
import type { VendorRequest } from './vendor-request.ts'

/** An answer with its body parsed; `body` is undefined when it is not JSON. */
export interface VendorReply {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: unknown
}

export interface VendorDialect {
  id: 'github' | 'slack'
  /** The vendor's own name. */
  title: string
  /** Environment variable that holds the token, named in advice. */
  tokenVariable: string
  headers(token: string): Record<string, string>
  /** The tool error that this answer means, or undefined when it is a success. */
  refusal(reply: VendorReply, request: VendorRequest): ToolError | undefined
}
