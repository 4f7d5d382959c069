/** One request to a third-party API, with the words its failures are told in. */
import type { CallContext } from '@causeway/shared-contracts/define-tool'
import type { z } from 'zod'

/** The part of a tool call that its third-party requests inherit. */
export type VendorCall = Pick<CallContext, 'caller' | 'signal' | 'requestId' | 'traceparent' | 'log'>

export interface VendorRequest<Shape extends z.ZodType = z.ZodType> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD'
  /** Path below the base URL, one unencoded segment an item. */
  path: readonly string[]
  /** Values that are `undefined` are left out. */
  query?: Record<string, string | number | undefined>
  /** A query that is already encoded, without `?`; instead of `query`. */
  rawQuery?: string
  /** Sent as JSON. */
  json?: unknown
  /** Sent as a form; fields that are `undefined` are left out. */
  form?: Record<string, string | number | boolean | undefined>
  /** A body that is already encoded, with its content type; instead of `json` and `form`. */
  content?: { type: string; body: string | Uint8Array }
  /** Further headers, names in lower case; those that authenticate cannot be replaced. */
  headers?: Record<string, string>
  /** Reads may be repeated; writes never are, unless they carry `idempotencyKey` and the dialect says how to send it. */
  effect: 'read' | 'write'
  /** Under which the API itself does the write once. */
  idempotencyKey?: string
  /** What is being done, for "Cannot …": `read issue acme/web#456`. */
  doing: string
  /** What to say, and to do next, when the thing does not exist. */
  missing: string
  /** For writes: how to find out whether it happened when the answer was lost. */
  check?: string
  /** An answer that is there and no JSON is none; without this that is left to `shape`. */
  wantsJson?: boolean
  /** The part of the answer that is used. */
  shape: Shape
}

/**
 * Path and query as they go on the wire.
 * @throws for an empty or a dot segment, which would name another endpoint
 */
export function requestTarget(basePath: string, request: Pick<VendorRequest, 'path' | 'query' | 'rawQuery'>): string {
  for (const segment of request.path) {
    if (segment === '' || segment === '.' || segment === '..')
      throw new Error(`Cannot build a request path: bad segment "${segment}"`)
  }
  const path = `${basePath}/${request.path.map(encodeURIComponent).join('/')}`
  const query = request.rawQuery ?? encodedFields(request.query ?? {}).toString()
  return query ? `${path}?${query}` : path
}

/** The body as it goes on the wire, with its content type. */
export function requestBody(
  request: Pick<VendorRequest, 'json' | 'form' | 'content'>,
): { type: string; body: string | Uint8Array } | undefined {
  if (request.content) return request.content
  if (request.json !== undefined) return { type: 'application/json', body: JSON.stringify(request.json) }
  if (!request.form) return undefined
  return { type: 'application/x-www-form-urlencoded', body: encodedFields(request.form).toString() }
}

function encodedFields(fields: Record<string, string | number | boolean | undefined>): URLSearchParams {
  const encoded = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) encoded.set(name, String(value))
  return encoded
}
