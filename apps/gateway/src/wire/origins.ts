/** Which gateways a list was made by, told in the list itself, so that a gateway does not take its own definitions for an upstream's. */
import { isObject } from './envelope.ts'

/** `_meta` key of a list: pseudonyms of the gateways that its definitions have come through, the one that answers first. */
export const ORIGINS_META = 'causeway/origins'

/** What one upstream may name, and what one list does: there are not more gateways in a row than this, whatever an upstream says. */
const MAX_READ = 32
const MAX_TOLD = 256
const PSEUDONYM = /^causeway-[0-9a-f]{16}$/

/** The gateways that a list result names. */
export function readOrigins(result: Readonly<Record<string, unknown>>): string[] {
  const named = isObject(result._meta) ? result._meta[ORIGINS_META] : undefined
  if (!Array.isArray(named)) return []
  return named.slice(0, MAX_READ).filter((name) => typeof name === 'string' && PSEUDONYM.test(name))
}

/** The `_meta` member of a list, as JSON text; empty for a gateway without a name. */
export function originsMember(own: string, others: Iterable<string>): string {
  if (own === '') return ''
  const all = [...new Set([own, ...others])].slice(0, MAX_TOLD)
  return `,"_meta":{"${ORIGINS_META}":${JSON.stringify(all)}}`
}
