/** Refuses JSON that two parsers could read differently or that is nested too deep; runs before the parse, on the same text. */
import { NotJson, readKey, skipLiteral, skipSpace, skipString } from './json-span.ts'

/** Deepest nesting of objects and arrays that is served. */
export const MAX_DEPTH = 64

/** Why a text is refused. */
export type ScanFault =
  | { fault: 'not-json' }
  | { fault: 'too-deep' }
  | { fault: 'duplicate-key'; key: string }
  | { fault: 'ill-formed-key' }

const MANY_KEYS = 12

class Refused extends Error {
  readonly scanFault: ScanFault
  constructor(scanFault: ScanFault) {
    super()
    this.scanFault = scanFault
  }
}

/** Walks the whole text once; returns the first fault, or `undefined` when only the parser is left to object. */
export function strictScan(text: string): ScanFault | undefined {
  try {
    const end = skipSpace(text, scanValue(text, skipSpace(text, 0), 1))
    return end === text.length ? undefined : { fault: 'not-json' }
  } catch (error) {
    if (error instanceof Refused) return error.scanFault
    if (error instanceof SyntaxError) return { fault: 'not-json' }
    throw error
  }
}

function scanValue(text: string, i: number, depth: number): number {
  switch (text.charCodeAt(i)) {
    case 34: // "
      return skipString(text, i)
    case 123: // {
      return scanObject(text, i, depth)
    case 91: // [
      return scanArray(text, i, depth)
    default:
      return skipLiteral(text, i)
  }
}

function scanObject(text: string, i: number, depth: number): number {
  if (depth > MAX_DEPTH) throw new Refused({ fault: 'too-deep' })
  const keys: string[] = []
  let manyKeys: Set<string> | undefined
  let at = skipSpace(text, i + 1)
  if (text.charCodeAt(at) === 125) return at + 1
  for (;;) {
    if (text.charCodeAt(at) !== 34) throw new NotJson()
    const keyEnd = skipString(text, at)
    const { key, isEscaped } = readKey(text, at, keyEnd)
    // Parsers differ on lone surrogates: where they become U+FFFD, two such keys are one.
    if (isEscaped && !key.isWellFormed()) throw new Refused({ fault: 'ill-formed-key' })
    if (manyKeys ? manyKeys.has(key) : keys.includes(key)) throw new Refused({ fault: 'duplicate-key', key })
    if (manyKeys) manyKeys.add(key)
    else if (keys.push(key) > MANY_KEYS) manyKeys = new Set(keys)
    at = skipSpace(text, keyEnd)
    if (text.charCodeAt(at) !== 58) throw new NotJson()
    at = skipSpace(text, scanValue(text, skipSpace(text, at + 1), depth + 1))
    const c = text.charCodeAt(at)
    if (c === 125) return at + 1
    if (c !== 44) throw new NotJson()
    at = skipSpace(text, at + 1)
  }
}

function scanArray(text: string, i: number, depth: number): number {
  if (depth > MAX_DEPTH) throw new Refused({ fault: 'too-deep' })
  let at = skipSpace(text, i + 1)
  if (text.charCodeAt(at) === 93) return at + 1
  for (;;) {
    at = skipSpace(text, scanValue(text, at, depth + 1))
    const c = text.charCodeAt(at)
    if (c === 93) return at + 1
    if (c !== 44) throw new NotJson()
    at = skipSpace(text, at + 1)
  }
}
