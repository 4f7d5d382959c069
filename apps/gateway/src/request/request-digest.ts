/** What makes a repeated request the same request: its method and parameters, whatever round it is. */
import { createHash } from 'node:crypto'
import type { Envelope } from '../wire/envelope.ts'

const LEFT_OUT = new Set(['_meta', 'inputResponses', 'requestState'])

/** A digest of method and parameters; what changes from round to round is left out. */
export function requestDigest({ method, params }: Envelope): string {
  const same = Object.fromEntries(Object.entries(params).filter(([key]) => !LEFT_OUT.has(key)))
  return createHash('sha256')
    .update(JSON.stringify([method, sorted(same)]))
    .digest('base64url')
}

// A client may write its members in another order the second time.
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return entries.map(([key, each]) => [key, sorted(each)])
}
