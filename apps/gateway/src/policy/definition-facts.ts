/** What a rule may look at when it judges a definition. */
import type { Effect } from '@causeway/shared-contracts/define-tool'
import type { ArgumentTypes } from './argument-types.ts'
import { isAmbiguous, spellingsOf } from './uri-spellings.ts'

/** The kinds of definition that rules are about. */
export type Action = 'tool' | 'prompt' | 'resource'

/** One tool, prompt or resource as the policy sees it; effect, scopes and tags from trusted places only. */
export interface DefinitionFacts {
  publicName: string
  /** Former public names; a rule that denies one denies the definition. */
  aliases: readonly string[]
  /** Id of the upstream. */
  upstream: string
  /** Unknown counts as `write`. */
  effect?: Effect
  scopes: readonly string[]
  tags: readonly string[]
  /** Of a resource; the URI template of a template. */
  uri?: string
  /** Of a tool whose definition is known. */
  arguments?: ArgumentTypes
}

/** The question whether one definition may be used, in the form that selectors read. */
export interface Ask {
  action: Action
  facts: DefinitionFacts
  effect: Effect
  /** What a name glob of an allowing rule is tried on. */
  name: string
  /** What a name glob of a denying rule is tried on as well. */
  otherNames: readonly string[]
}

const EFFECTS: readonly unknown[] = ['read', 'write', 'destroy']

/**
 * Checks the facts and prepares them for the selectors.
 * @throws when a fact is missing or has the wrong type, and for a URI that an upstream could read as another one
 */
export function askOf(action: Action, facts: DefinitionFacts): Ask {
  const { publicName, aliases, upstream, effect, scopes, tags } = facts
  if (![publicName, upstream].every(isText) || ![aliases, scopes, tags].every(isListOfText))
    throw new Error(`Cannot judge ${action}: its facts are incomplete`)
  if (effect !== undefined && !EFFECTS.includes(effect)) throw new Error(`Cannot judge ${action}: unknown effect`)
  const names = action === 'resource' ? namesOfUri(facts.uri) : { name: publicName, otherNames: aliases }
  return { action, facts, effect: effect ?? 'write', ...names }
}

// Another spelling must not walk around a rule.
function namesOfUri(uri: string | undefined): Pick<Ask, 'name' | 'otherNames'> {
  if (!isText(uri)) throw new Error('Cannot judge resource: it has no URI')
  if (isAmbiguous(uri)) throw new Error('Cannot judge resource: its URI is not canonical')
  return { name: uri, otherNames: spellingsOf(uri) }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isListOfText(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
