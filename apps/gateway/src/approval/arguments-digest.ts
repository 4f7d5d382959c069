/** What makes two calls of a tool the same to an approval: their arguments, and whatever else of the request goes to the upstream. */
import { hash } from 'node:crypto'
import { canonicalJson } from '../wire/canonical-json.ts'
import type { Envelope } from '../wire/envelope.ts'

// The name stands for the tool, which an approval names by itself; the rest changes from request to request.
const LEFT_OUT = new Set(['name', 'arguments', '_meta', 'inputResponses', 'requestState'])

/**
 * SHA-256 of the canonical arguments, as hex; none are the same as an empty object.
 * @param argumentsText JSON text of `params.arguments`
 */
export function argumentsDigest({ text, paramMembers }: Envelope, argumentsText: string | undefined): string {
  const canonical = canonicalJson(argumentsText ?? '{}')
  const others = paramMembers
    .filter(({ key }) => !LEFT_OUT.has(key))
    .map(({ key, start, end }) => `\n${JSON.stringify(key)}:${canonicalJson(text.slice(start, end))}`)
  return hash('sha256', canonical + others.sort().join(''))
}
