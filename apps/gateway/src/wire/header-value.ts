/** Text in MCP header values: visible ASCII as it is, anything else as `=?base64?…?=` (2026-07-28, "Value encoding"). */

const PREFIX = '=?base64?'
const SUFFIX = '?='
const CANONICAL_BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const PLAIN = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/

/** The text a header value stands for, or `undefined` when its base64 is not canonical or not UTF-8. */
export function decodeHeaderValue(value: string): string | undefined {
  if (!(value.startsWith(PREFIX) && value.endsWith(SUFFIX) && value.length >= PREFIX.length + SUFFIX.length))
    return value
  const base64 = value.slice(PREFIX.length, -SUFFIX.length)
  if (!CANONICAL_BASE64.test(base64)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(base64, 'base64'))
  } catch {
    return undefined
  }
}

/** A header value for the text. */
export function encodeHeaderValue(text: string): string {
  const isPlain = PLAIN.test(text) && !(text.startsWith(PREFIX) && text.endsWith(SUFFIX))
  return isPlain ? text : `${PREFIX}${Buffer.from(text, 'utf8').toString('base64')}${SUFFIX}`
}
