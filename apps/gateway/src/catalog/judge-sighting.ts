/** Whether a definition may be served that is not the one that was accepted under its name. */
import { hash } from 'node:crypto'
import type { UpstreamConfig } from '../config/schema.ts'
import { definitionChanges } from '../drift/definition-changes.ts'
import { suspiciousPhrases } from '../drift/suspicious-phrases.ts'
import type { AcceptedBy, PinKey, PinMark, PinnedText } from '../store/pins.ts'
import { membersOf, withMembers } from '../wire/json-span.ts'

/** A definition as it is published now, and what is known of it. */
export interface Sighting {
  key: PinKey
  mark: PinMark | undefined
  what: PinnedText
}

/** Who accepts it, or why it waits for a person. */
export type Judgment = { by: AcceptedBy } | { reason: string }

/** Judges one definition by the settings of its upstream. */
export function judgeSighting(
  { trust, approveCompatible }: Pick<UpstreamConfig, 'trust' | 'approveCompatible'>,
  { mark, key, what }: Sighting,
  known: { former: FormerNames; accepted(): string | undefined },
): Judgment {
  if (trust === 'manifest') return { by: 'manifest' }
  if (mark?.hash) {
    const accepted = approveCompatible ? known.accepted() : undefined
    const isAdditive = accepted !== undefined && definitionChanges(accepted, what.text).isAdditive
    if (isAdditive && suspiciousPhrases(what.text).length === 0) return { by: 'compatible' }
    return { reason: 'changed since it was accepted' }
  }
  // What waits already does not stop waiting because the setting changed.
  if (trust === 'review' || mark) return { reason: 'not reviewed yet' }
  const formerName = known.former.of(key, what.text)
  return formerName === undefined ? { by: 'first-sight' } : { reason: `looks like "${formerName}" under another name` }
}

/** Finds the name that a definition had before. */
export interface FormerNames {
  of(key: PinKey, text: string): string | undefined
}

/** An upstream that drops thousands of definitions has not renamed each. */
const MAX_GONE = 2_000

/** @param gone what was accepted once and is not listed now */
export function createFormerNames(gone: () => Iterable<{ kind: string; name: string; text: string }>): FormerNames {
  let byBody: Map<string, string> | undefined
  const read = () => {
    const found = new Map<string, string>()
    let count = 0
    for (const { kind, name, text } of gone()) {
      if (count++ === MAX_GONE) break
      const body = bodyOf(kind, text)
      if (body !== undefined) found.set(body, name)
    }
    return found
  }
  return {
    of({ kind }, text) {
      const body = bodyOf(kind, text)
      if (body === undefined) return undefined
      byBody ??= read()
      return byBody.get(body)
    },
  }
}

// Without a description there is nothing to know a definition by but its name.
function bodyOf(kind: string, text: string): string | undefined {
  if (kind !== 'tools' && kind !== 'prompts') return undefined
  const members = membersOf(text, 0)
  if (!members.some(({ key }) => key === 'description')) return undefined
  return hash('sha256', `${kind}\n${withMembers(text, members, { name: '""' })}`)
}
