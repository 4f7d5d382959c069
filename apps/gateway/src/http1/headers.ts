/** Headers by name, made of what the parser tells. */
import type { IncomingHttpHeaders } from 'node:http'

/** Most spellings of names that are remembered, and the longest of them: strangers choose them. */
const MAX_NAMES = 500
const MAX_NAME_LENGTH = 64

/** An object without a prototype that V8 keeps a shape for, which it does not for `Object.create(null)`. */
const Headers = function Headers() {} as unknown as new () => Record<string, string | string[]>
Headers.prototype = Object.create(null)

/** By name in lower case; the values of a name that stands twice are an array. @param pairs names and values in turn */
export function headersOf(pairs: readonly string[]): IncomingHttpHeaders {
  const headers = new Headers()
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const name = lowerCase(pairs[at] as string)
    // Which is the name of something else to whoever copies them; `node:http` leaves it out as well.
    if (name === '__proto__') continue
    const value = pairs[at + 1] as string
    const before = headers[name]
    if (before === undefined) headers[name] = value
    else if (Array.isArray(before)) before.push(value)
    else headers[name] = [before, value]
  }
  return headers
}

const names = new Map<string, string>()

// The same few names come in the same few spellings.
function lowerCase(name: string): string {
  const known = names.get(name)
  if (known !== undefined) return known
  const lower = name.toLowerCase()
  if (names.size < MAX_NAMES && name.length <= MAX_NAME_LENGTH) names.set(name, lower)
  return lower
}
