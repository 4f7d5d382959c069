/** The `namespace` step: gives every definition its public name and the texts in which it is listed. */
import { createHash } from 'node:crypto'
import type { UpstreamConfig } from '../config/schema.ts'
import { membersOf, withMembers } from '../wire/json-span.ts'
import type { Definition, Entry, ListedText } from './definition.ts'
import { wrapOutputSchema } from './wrap-output.ts'

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

/** Names the definitions of one upstream. */
export function namespace(upstream: string, config: UpstreamConfig, definitions: readonly Definition[]): Entry[] {
  const prefix = config.namespace === 'none' ? '' : upstream
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

function listedText(definition: Definition, changes: Record<string, string>): ListedText {
  const members = membersOf(definition.text, 0)
  const quoted = Object.fromEntries(Object.entries(changes).map(([key, value]) => [key, JSON.stringify(value)]))
  const modern = Object.keys(quoted).length === 0 ? definition.text : withMembers(definition.text, members, quoted)
  if (!definition.hasBareOutput) return { modern, legacy: modern }
  const output = members.find((member) => member.key === 'outputSchema')
  const schema = output && (JSON.parse(definition.text.slice(output.start, output.end)) as Record<string, unknown>)
  return {
    modern,
    legacy: withMembers(definition.text, members, {
      ...quoted,
      outputSchema: schema && JSON.stringify(wrapOutputSchema(schema)),
    }),
  }
}
