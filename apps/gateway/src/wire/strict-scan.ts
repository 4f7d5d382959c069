/** Refuses JSON that two parsers could read differently or that is nested too deep; runs before the parse, on the same text. */
import { type Member, NotJson, readKey, skipLiteral, skipSpace, skipString } from './json-span.ts'

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

/** Members of the objects that a message is routed by, in the order in which they stand. */
export interface RoutingMembers {
  message: Member[]
  params: Member[]
  /** Of `params._meta`. */
  meta: Member[]
  /** Of `params.ref`. */
  ref: Member[]
}

/**
 * Walks the whole text once; returns the first fault, or `undefined` when only the parser is left to object.
 * @param found takes the members of a message on the way, because to look for them afterwards took as long again
 */
export function strictScan(text: string, found?: RoutingMembers): ScanFault | undefined {
  try {
    const scan = new Scan(text, found)
    const end = skipSpace(text, scan.value(skipSpace(text, 0), 1, found?.message))
    return end === text.length ? undefined : { fault: 'not-json' }
  } catch (error) {
    if (error instanceof Refused) return error.scanFault
    if (error instanceof SyntaxError) return { fault: 'not-json' }
    throw error
  }
}

class Scan {
  readonly #text: string
  readonly #found: RoutingMembers | undefined

  constructor(text: string, found: RoutingMembers | undefined) {
    this.#text = text
    this.#found = found
  }

  /** Index after the value at `i`, whose members go into `members`. */
  value(i: number, depth: number, members?: Member[]): number {
    switch (this.#text.charCodeAt(i)) {
      case 34: // "
        return skipString(this.#text, i)
      case 123: // {
        return this.#object(i, depth, members)
      case 91: // [
        return this.#array(i, depth)
      default:
        return skipLiteral(this.#text, i)
    }
  }

  #object(i: number, depth: number, members: Member[] | undefined): number {
    if (depth > MAX_DEPTH) throw new Refused({ fault: 'too-deep' })
    const text = this.#text
    const keys: string[] = []
    let manyKeys: Set<string> | undefined
    let at = skipSpace(text, i + 1)
    if (text.charCodeAt(at) === 125) return at + 1
    for (;;) {
      const keyStart = at
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
      const start = skipSpace(text, at + 1)
      const end = this.value(start, depth + 1, members && this.#membersIn(members, key))
      members?.push({ key, isEscaped, keyStart, start, end })
      at = skipSpace(text, end)
      const c = text.charCodeAt(at)
      if (c === 125) return at + 1
      if (c !== 44) throw new NotJson()
      at = skipSpace(text, at + 1)
    }
  }

  /** Where the members of this member's value go, if anywhere. */
  #membersIn(members: Member[], key: string): Member[] | undefined {
    const found = this.#found
    if (members === found?.message) return key === 'params' ? found.params : undefined
    if (members !== found?.params) return undefined
    return key === '_meta' ? found.meta : key === 'ref' ? found.ref : undefined
  }

  #array(i: number, depth: number): number {
    if (depth > MAX_DEPTH) throw new Refused({ fault: 'too-deep' })
    const text = this.#text
    let at = skipSpace(text, i + 1)
    if (text.charCodeAt(at) === 93) return at + 1
    for (;;) {
      at = skipSpace(text, this.value(at, depth + 1))
      const c = text.charCodeAt(at)
      if (c === 93) return at + 1
      if (c !== 44) throw new NotJson()
      at = skipSpace(text, at + 1)
    }
  }
}
