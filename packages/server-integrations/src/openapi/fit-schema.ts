/** Cuts a schema so that showing it costs little: first what is far from the top. */
import type { JsonSchema } from './convert-schema.ts'
import { isRecord, own, ownRecord } from './json.ts'
import { target, withNeededDefinitions } from './schema-references.ts'

const NAMED = ['properties', 'patternProperties', '$defs']
const LISTED = ['allOf', 'anyOf', 'oneOf', 'prefixItems']
const SINGLE = ['items', 'additionalProperties', 'not', 'contains']

/** A schema that fits, and whether something was left out of it. */
export interface FittedSchema {
  schema: JsonSchema
  isCut: boolean
}

/** @param maxBytes of the schema as JSON; the topmost level is shown even if it takes more */
export function fitSchema(schema: JsonSchema, maxBytes: number): FittedSchema {
  if (bytesOf(schema) <= maxBytes) return { schema, isCut: false }
  for (let depth = 6; depth >= 1; depth--) {
    const cut = unfold(schema, depth, { root: schema, isBrief: false })
    if (bytesOf(cut) <= maxBytes) return { schema: cut, isCut: true }
  }
  return { schema: unfold(schema, 1, { root: schema, isBrief: true }), isCut: true }
}

/**
 * The schema at a path of property names joined by dots, with the definitions it needs; lists are passed through.
 * @returns undefined when there is no such property
 */
export function schemaAt(root: JsonSchema, path: string): JsonSchema | undefined {
  let at = root
  for (const key of path.split('.')) {
    const found = propertyOf(at, key, root)
    if (found === undefined) return undefined
    at = found
  }
  return withNeededDefinitions({ ...at, $defs: root.$defs })
}

function propertyOf(schema: JsonSchema, key: string, root: JsonSchema): JsonSchema | undefined {
  const open: unknown[] = [schema]
  for (let seen = 0; open.length > 0 && seen < 100; seen++) {
    const one = target(open.shift(), root)
    const property = own(ownRecord(one, 'properties'), key)
    if (property !== undefined) return target(property, root)
    if (one.items !== undefined) open.push(one.items)
    for (const list of ['allOf', 'anyOf', 'oneOf']) if (Array.isArray(one[list])) open.push(...(one[list] as unknown[]))
  }
  return undefined
}

interface Unfolding {
  root: JsonSchema
  isBrief: boolean
}

/** References are put in place: a definition that is shown in part serves nobody twice. */
function unfold(schema: unknown, depth: number, by: Unfolding): JsonSchema {
  const one = target(schema, by.root)
  if (depth === 0) return summary(one, by)
  const out: JsonSchema = {}
  for (const [key, value] of Object.entries(one)) {
    if (key === '$defs' || key === 'examples' || (by.isBrief && key === 'description')) continue
    if (NAMED.includes(key) && isRecord(value))
      out[key] = Object.fromEntries(Object.entries(value).map(([name, sub]) => [name, unfold(sub, depth - 1, by)]))
    else if (LISTED.includes(key) && Array.isArray(value)) out[key] = value.map((sub) => unfold(sub, depth - 1, by))
    else if (SINGLE.includes(key) && isRecord(value)) out[key] = unfold(value, depth - 1, by)
    else out[key] = key === 'enum' && Array.isArray(value) ? value.slice(0, 50) : value
  }
  return out
}

function summary({ type, description, format }: JsonSchema, { isBrief }: Unfolding): JsonSchema {
  return {
    ...(type === undefined ? {} : { type }),
    ...(format === undefined ? {} : { format }),
    ...(description === undefined || isBrief ? {} : { description: String(description).slice(0, 80) }),
  }
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}
