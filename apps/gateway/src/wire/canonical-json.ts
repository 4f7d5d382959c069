/** One text for every way to write the same JSON value (RFC 8785), except that numbers which a double cannot hold stay apart. */
import canonicalize from 'canonicalize'
import { isObject } from './envelope.ts'

const MARK = '\0'
/** A number that may not survive being read, a string with half a pair, or one that may look like either, marked; a false alarm only costs time. */
const NEEDS_CARE = /\d[\d.]{15}|\d[eE]|\\u0000|\\u[dD][89a-fA-F]/

/**
 * The canonical text of a JSON text, which must have no duplicate keys.
 * @param omit removes members from the parsed value first
 */
export function canonicalJson(text: string, omit: (value: unknown) => unknown = (value) => value): string {
  const value: unknown = NEEDS_CARE.test(text) ? JSON.parse(text, keepApart) : JSON.parse(text)
  return canonicalize(omit(value)) as string
}

// RFC 8785 rounds 2^53 + 1 to 2^53, and has no text for half a pair. Both become strings that no other value becomes.
function keepApart(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value === 'string') return marked(value)
  if (isObject(value) && Object.keys(value).some((key) => marked(key) !== key))
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [marked(key), inner]))
  const source = context?.source
  if (typeof value !== 'number' || source === undefined) return value
  const written = decimal(source)
  return written === decimal(String(value)) ? value : `${MARK}${written}`
}

function marked(text: string): string {
  if (!text.isWellFormed()) return `${MARK}${JSON.stringify(text)}`
  return text.startsWith(MARK) ? MARK + text : text
}

/** A decimal number as its significant digits and the power of ten behind them: one text for all spellings. */
function decimal(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  const digits = (whole + fraction).replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return text.includes('Infinity') ? text : '0'
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length)
  return `${sign}${significant}e${power}`
}
