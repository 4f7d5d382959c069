/** The canonical hash of a definition: what a pin holds, so that any change of what a model is told is noticed, and no change of mere spelling. */
import { hash } from 'node:crypto'
import { canonicalJson } from '../wire/canonical-json.ts'
import { isObject } from '../wire/envelope.ts'
import type { PinKind } from './definition.ts'

/**
 * SHA-256 over kind and canonical JSON, as hex.
 * @param text the definition, checked; the instructions as a JSON string
 * @param leaves members that do not count besides those that change with the content
 */
export function definitionHash(kind: PinKind, text: string, leaves: readonly string[] = []): string {
  const canonical = canonicalJson(text, (value) => (isObject(value) ? lasting(kind, value, leaves) : value))
  return hash('sha256', `${kind}\n${canonical}`)
}

// Size, date and digests tell of what stands in a resource now, which changes all the time, and not of what it is.
function lasting(kind: PinKind, value: Record<string, unknown>, leaves: readonly string[]): Record<string, unknown> {
  const kept = without(value, leaves)
  if (kind === 'skills') return without(kept, ['resources'])
  if (kind !== 'resources' && kind !== 'templates') return kept
  const { annotations, ...same } = without(kept, ['size'])
  return isObject(annotations) ? { ...same, annotations: without(annotations, ['lastModified']) } : same
}

function without(value: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)))
}
