/** Text in MCP header values: visible ASCII as it is, anything else as `=?base64?…?=` (2026-07-28, "Value encoding"). */

const PREFIX = '=?base64?'
const SUFFIX = '?='
const PLAIN = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/

/** The text a header value stands for, or `undefined` when its base64 is not canonical or not UTF-8. */
export function decodeHeaderValue(value: string): string | undefined {
  if (!looksEncoded(value)) return value
  const base64 = value.slice(PREFIX.length, -SUFFIX.length)
  const bytes = Buffer.from(base64, 'base64')
  // Two spellings of one value would be two readings; `=?base64?=` is too short to hold any.
  if (`${PREFIX}${bytes.toString('base64')}${SUFFIX}` !== value) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** A header value for the text. */
export function encodeHeaderValue(text: string): string {
  const isPlain = PLAIN.test(text) && !looksEncoded(text)
  return isPlain ? text : `${PREFIX}${Buffer.from(text, 'utf8').toString('base64')}${SUFFIX}`
}

function looksEncoded(value: string): boolean {
  return value.startsWith(PREFIX) && value.endsWith(SUFFIX)
}
