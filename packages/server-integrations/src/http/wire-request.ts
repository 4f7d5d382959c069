/** A request as it goes on the wire: the dialect's headers last but for our own, so that nothing in its arguments can replace them. */
import { TRACEPARENT } from '@causeway/shared-contracts/trace-context'
import { REQUEST_ID_HEADER } from '@causeway/shared-contracts/wire-names'
import type { Exchange } from './exchange.ts'
import type { VendorDialect } from './vendor-dialect.ts'
import { requestBody, requestTarget, type VendorCall, type VendorRequest } from './vendor-request.ts'

/** Where a request goes and in whose name. */
export interface WireRoute {
  dialect: VendorDialect
  /** Path of the base URL, without a trailing slash. */
  basePath: string
  token: string
}

/** Builds it. */
export function wireRequest(
  request: VendorRequest,
  call: VendorCall,
  { dialect, basePath, token }: WireRoute,
): Exchange {
  const content = requestBody(request)
  return {
    method: request.method,
    path: requestTarget(basePath, request),
    headers: {
      ...request.headers,
      ...dialect.headers(token),
      [REQUEST_ID_HEADER]: call.requestId,
      ...(call.traceparent === undefined ? {} : { [TRACEPARENT]: call.traceparent }),
      ...(content ? { 'content-type': content.type } : {}),
      ...(isKeyed(dialect, request) ? { [dialect.idempotencyHeader as string]: request.idempotencyKey as string } : {}),
    },
    ...(content ? { body: content.body } : {}),
  }
}

/** Whether the API does this write once, however often it is sent. */
export function isKeyed(dialect: VendorDialect, request: VendorRequest): boolean {
  return dialect.idempotencyHeader !== undefined && request.idempotencyKey !== undefined
}
