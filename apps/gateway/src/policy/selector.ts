/** One entry of a rule's `tools`, `prompts` or `resources`: terms, separated by spaces, that must all hold. */
import type { Effect } from '@causeway/shared-contracts/define-tool'
import type { Action, Ask } from './definition-facts.ts'
import { compileGlob } from './glob.ts'
import { canonicalSpellings } from './uri-spellings.ts'

/** A compiled entry. */
export interface Selector {
  /** As written. */
  text: string
  /** Whether it selects the definition that is asked about. */
  allows(ask: Ask): boolean
  /** The same for a rule that denies: former names and other spellings of a URI count too. */
  denies(ask: Ask): boolean
  /** A glob that every name it selects matches. */
  nameGlob: string
}

type Term = Pick<Selector, 'allows' | 'denies'> & { nameGlob?: string }

const EFFECTS: readonly string[] = ['read', 'write', 'destroy'] satisfies Effect[]
const KEYWORDS = ['upstream', 'tag', 'scope', 'effect']
const NAME_GLOB = /^[A-Za-z0-9_*-]+$/

/**
 * Reads an entry.
 * @throws when a term is not of the language, or could never hold
 */
export function parseSelector(action: Action, text: string): Selector {
  const terms = text
    .split(' ')
    .filter((term) => term !== '')
    .map((term) => parseTerm(action, term))
  if (terms.length === 0) throw new Error('Want a glob, or upstream:, tag:, scope: or effect: with a value')
  return {
    text,
    allows: (ask) => terms.every((term) => term.allows(ask) === true),
    denies: (ask) => terms.every((term) => term.denies(ask) === true),
    nameGlob: terms.find((term) => term.nameGlob !== undefined)?.nameGlob ?? '*',
  }
}

function parseTerm(action: Action, term: string): Term {
  const colon = term.indexOf(':')
  const keyword = term.slice(0, Math.max(colon, 0))
  if (KEYWORDS.includes(keyword)) return parseKeyword(action, keyword, term.slice(colon + 1))
  if (action !== 'resource' && !NAME_GLOB.test(term))
    throw new Error(`"${term}" can match no public name: those have letters, digits, "_" and "-" only`)
  return nameTerm(action, term)
}

function parseKeyword(action: Action, keyword: string, value: string): Term {
  if (value === '') throw new Error(`"${keyword}:" needs a value`)
  if (keyword === 'upstream') return sameForBoth(globTerm(value, (ask) => [ask.facts.upstream]))
  if (action !== 'tool') throw new Error(`"${keyword}:" selects tools only; here, use globs and upstream:`)
  if (keyword === 'tag') return sameForBoth(globTerm(value, (ask) => ask.facts.tags))
  if (keyword === 'scope') return sameForBoth(globTerm(value, (ask) => ask.facts.scopes))
  if (!EFFECTS.includes(value)) throw new Error(`"effect:${value}" can never hold: want one of ${EFFECTS.join(', ')}`)
  return sameForBoth((ask) => ask.effect === value)
}

function nameTerm(action: Action, pattern: string): Term {
  const glob = compileGlob(pattern)
  const otherGlobs = action === 'resource' ? canonicalSpellings(pattern).map(compileGlob) : [glob]
  return {
    nameGlob: pattern,
    allows: (ask) => glob(ask.name),
    denies: (ask) => glob(ask.name) || ask.otherNames.some((name) => otherGlobs.some((other) => other(name))),
  }
}

function globTerm(pattern: string, valuesOf: (ask: Ask) => readonly string[]): (ask: Ask) => boolean {
  const glob = compileGlob(pattern)
  return (ask) => valuesOf(ask).some(glob)
}

function sameForBoth(holds: (ask: Ask) => boolean): Term {
  return { allows: holds, denies: holds }
}
