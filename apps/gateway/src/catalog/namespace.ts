/** The `namespace` step: gives every definition its public name and the texts in which it is listed. */
import { createHash } from 'node:crypto'
import type { UpstreamConfig } from '../config/schema.ts'
import { membersOf, withMembers } from '../wire/json-span.ts'
import type { Definition, Entry, ListedText } from './definition.ts'

/** Longest public name: clients add prefixes of their own under a limit of 64. */
export const MAX_NAME = 52

const ALLOWED = /^[A-Za-z0-9_-]{1,52}$/
const HASH_DIGITS = 6

/**
 * The public name of an upstream's tool or prompt. It depends on nothing but its two parts, so adding an upstream never renames another's.
 * @param prefix the upstream's namespace, or empty
 */
export function publicName(prefix: string, originalName: string): string {
  const full = prefix === '' ? originalName : `${prefix}__${originalName}`
  if (ALLOWED.test(full)) return full
  const hash = createHash('sha256').update(originalName).digest('hex').slice(0, HASH_DIGITS)
  return `${full.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, MAX_NAME - HASH_DIGITS - 1)}_${hash}`
}

/** What stands before the `__` of an upstream's public names; empty for the one that goes without. */
export function prefixOf({ namespace: configured }: Pick<UpstreamConfig, 'namespace'>): string {
  return configured === 'none' ? '' : configured
}

/** Names the definitions of one upstream. */
export function namespace(config: UpstreamConfig, definitions: readonly Definition[]): Entry[] {
  const prefix = prefixOf(config)
  return definitions.map((definition) => {
    const isNamed = definition.kind === 'tools' || definition.kind === 'prompts'
    const name = isNamed ? publicName(prefix, definition.originalName) : definition.originalName
    const description = definition.kind === 'tools' ? config.tools[definition.originalName]?.description : undefined
    return {
      ...definition,
      publicName: name,
      facts: {
        ...definition.facts,
        publicName: name,
        aliases: definition.aliases.map((alias) => publicName(prefix, alias)),
      },
      publicText: listedText(definition, { ...(isNamed ? { name } : {}), ...(description ? { description } : {}) }),
      ownText: listedText(definition, description ? { description } : {}),
    }
  })
}

function listedText({ text, legacyMembers }: Definition, changes: Record<string, string>): ListedText {
  const quoted = Object.fromEntries(Object.entries(changes).map(([key, value]) => [key, JSON.stringify(value)]))
  const modern = changed(text, quoted)
  const isSame = Object.keys(legacyMembers).length === 0
  return { modern, legacy: isSame ? modern : changed(text, { ...quoted, ...legacyMembers }) }
}

function changed(text: string, members: Record<string, string>): string {
  return Object.keys(members).length === 0 ? text : withMembers(text, membersOf(text, 0), members)
}
