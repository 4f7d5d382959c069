/** The values of a request's headers, each on its own: one that stands twice must not pass for one that stands once. */
import { PlainRequest } from '../http1/plain-request.ts'
import type { McpRequest } from './receive.ts'

/** The values of a header, in lower case, in the order in which they stand. */
export function headerValues(request: McpRequest, name: string): readonly string[] {
  const value = distinctOf(request)?.[name] ?? request.headers[name]
  if (value === undefined) return []
  return typeof value === 'string' ? [value] : value
}

/** The first header with this prefix that stands more than once. */
export function repeatedHeader(request: McpRequest, prefix: string): string | undefined {
  const distinct = distinctOf(request)
  return distinct && Object.keys(distinct).find((name) => name.startsWith(prefix) && (distinct[name]?.length ?? 0) > 1)
}

// Node.js makes one entry of what stands twice. Nearly no request has that, and the distinct headers cost 2 % of a call.
function distinctOf(request: McpRequest): NodeJS.Dict<string[]> | undefined {
  if (request instanceof PlainRequest) return undefined
  return request.rawHeaders.length === 2 * Object.keys(request.headers).length ? undefined : request.headersDistinct
}
