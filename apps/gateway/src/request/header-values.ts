/** The values of a request's headers, each on its own: one that stands twice must not pass for one that stands once. */
import type { IncomingMessage } from 'node:http'

/** The values of a header, in lower case, in the order in which they stand. */
export function headerValues(request: IncomingMessage, name: string): readonly string[] {
  const value = hasRepeats(request) ? request.headersDistinct[name] : request.headers[name]
  if (value === undefined) return []
  return typeof value === 'string' ? [value] : value
}

/** The first header with this prefix that stands more than once. */
export function repeatedHeader(request: IncomingMessage, prefix: string): string | undefined {
  if (!hasRepeats(request)) return undefined
  const { headersDistinct } = request
  return Object.keys(headersDistinct).find(
    (name) => name.startsWith(prefix) && (headersDistinct[name]?.length ?? 0) > 1,
  )
}

// Node.js makes one entry of what stands twice. Nearly no request has that, and the distinct headers cost 2 % of a call.
function hasRepeats({ rawHeaders, headers }: IncomingMessage): boolean {
  return rawHeaders.length !== 2 * Object.keys(headers).length
}
