/** The arguments of a call as conditions see them: what is forwarded, and nothing that another reader could take for something else. */
import { foldCase } from '../wire/refuse-variants.ts'
import { isExactNumber } from './exact-number.ts'

/** Largest arguments that are judged, characters: a condition must not take long. */
const MAX_JUDGED_CHARACTERS = 64 * 1024
/** Longest list that is judged. */
const MAX_ELEMENTS = 1_000

/** Stands for a value that must not be read; CEL has no such type, so reading it fails. */
class Unjudgeable {}
const UNJUDGEABLE = new Unjudgeable()

const PLAIN_KEY = /^[a-z0-9_]*$/
/** Whether a text may hold a number that has to be looked at as it is written. */
const DOUBTFUL_NUMBER = /[\d.]{16}|\d[eE]/

/**
 * Reads the JSON text of `params.arguments`; a call without them has none.
 * @param names members that the conditions read
 * @throws when the arguments as a whole cannot be judged
 */
export function judgedArguments(text: string | undefined, names: ReadonlySet<string>): object {
  if (text === undefined) return Object.create(null)
  if (text.length > MAX_JUDGED_CHARACTERS) throw new Error('the arguments are too large to be judged')
  const parsed: unknown = DOUBTFUL_NUMBER.test(text) ? parseExactly(text) : JSON.parse(text)
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new Error('the arguments are not an object')
  return judged(parsed, {
    exact: names,
    folded: new Set([...names].map(foldCase)),
    arePlain: isPlain([...names]),
  }) as object
}

interface Names {
  exact: ReadonlySet<string>
  folded: ReadonlySet<string>
  arePlain: boolean
}

function parseExactly(text: string): unknown {
  // The type of the reviver does not have the source text yet.
  const revive = (_: string, value: unknown, { source }: { source?: string } = {}) =>
    typeof value === 'number' && source !== undefined && !isExactNumber(source) ? UNJUDGEABLE : value
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown)
}

function judged(value: unknown, names: Names): unknown {
  // Half of a surrogate pair is read as another character by some.
  if (typeof value === 'string') return value.isWellFormed() ? value : UNJUDGEABLE
  if (typeof value !== 'object' || value === null || value === UNJUDGEABLE) return value
  if (Array.isArray(value)) return value.length > MAX_ELEMENTS ? UNJUDGEABLE : value.map((each) => judged(each, names))
  const members: Record<string, unknown> = Object.create(null)
  const keys = Object.keys(value)
  if (!names.arePlain || !isPlain(keys)) refuseVariantKeys(keys, names)
  for (const key of keys) members[key] = judged((value as Record<string, unknown>)[key], names)
  return members
}

// A reader that ignores case takes the one for the other, and would run what was not judged.
function refuseVariantKeys(keys: readonly string[], { exact, folded }: Names): void {
  const seen = new Set<string>()
  for (const key of keys) {
    const name = foldCase(key)
    if (seen.has(name)) throw new Error('two members of the arguments differ in case alone')
    if (folded.has(name) && !exact.has(key))
      throw new Error('a member of the arguments differs in case alone from one that is judged')
    seen.add(name)
  }
}

function isPlain(keys: readonly string[]): boolean {
  return keys.every((key) => PLAIN_KEY.test(key))
}
