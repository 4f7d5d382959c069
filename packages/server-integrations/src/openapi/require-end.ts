/** Refuses a definition that a validator could never finish: one that stands for itself in the same place. */
import type { JsonSchema } from './convert-schema.ts'
import { isRecord } from './json.ts'
import { OpenApiError } from './openapi-error.ts'
import { definitionName } from './schema-references.ts'

/** Keywords whose schemas judge the same value, not a part of it. */
const SAME_VALUE_LISTS = ['allOf', 'anyOf', 'oneOf']
const SAME_VALUE = ['not', 'if', 'then', 'else']

/**
 * Circles through properties and items are fine: a value ends somewhere. A circle without any such step is not.
 * @param at where the definition stands in its document
 * @throws OpenApiError
 */
export function requireEnd(
  name: string,
  at: string,
  definition: (name: string) => JsonSchema | boolean | undefined,
): void {
  const seen = new Set<string>()
  const open = inPlace(definition(name))
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === name) throw new OpenApiError(at, 'it is defined by nothing but itself')
    if (seen.has(next)) continue
    seen.add(next)
    open.push(...inPlace(definition(next)))
  }
}

function inPlace(schema: unknown): string[] {
  if (!isRecord(schema)) return []
  const name = definitionName(schema)
  const lists = SAME_VALUE_LISTS.flatMap((key) => (Array.isArray(schema[key]) ? (schema[key] as unknown[]) : []))
  const parts = [...lists, ...SAME_VALUE.map((key) => schema[key])]
  return [...(name === undefined ? [] : [name]), ...parts.flatMap(inPlace)]
}
