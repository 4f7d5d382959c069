/** All schemas of one document for one use, each converted once, from which every operation takes the part that it needs. */
import { type Conversion, convertSchema, type JsonSchema } from './convert-schema.ts'
import type { JsonRecord } from './json.ts'
import { lookUp, resolved, tokensOf } from './local-reference.ts'
import { requireEnd } from './require-end.ts'
import { definitionName, referencesOf } from './schema-references.ts'

export interface SchemaBook {
  /** Converts a schema; what it refers to is found by {@link SchemaBook.closed}. */
  convert(schema: unknown, at: string): JsonSchema | boolean
  /** The schema with the `$defs` it needs, directly or through others, and no more. */
  closed(schema: JsonSchema): JsonSchema
  /** What a converted schema stands for: itself, or the definition that it refers to. */
  target(schema: JsonSchema | boolean): JsonSchema | boolean
  /** How many values the schema would have if every reference were replaced by its target; circles count once. */
  unfoldedSize(schema: unknown): number
}

interface Definition {
  schema: JsonSchema | boolean
  refs: readonly string[]
}

/** Opens a book on a document. */
export function createSchemaBook(root: JsonRecord, by: Omit<Conversion, 'nameOf'>): SchemaBook {
  const names = new Map<string, string>()
  const taken = new Set<string>()
  const definitions = new Map<string, Definition>()
  const waiting: { name: string; reference: string }[] = []
  const nameOf = (reference: string, at: string) => {
    const known = names.get(reference)
    if (known !== undefined) return known
    resolved(root, lookUpSchema(root, reference, at), reference)
    const name = freeName(reference, taken)
    names.set(reference, name)
    waiting.push({ name, reference })
    return name
  }
  const conversion: Conversion = { ...by, nameOf }
  const convertWaiting = () => {
    const converted: typeof waiting = []
    for (let one = waiting.pop(); one; one = waiting.pop()) {
      const schema = convertSchema(lookUp(root, one.reference, one.reference), one.reference, conversion)
      definitions.set(one.name, { schema, refs: referencesOf(schema) })
      converted.push(one)
    }
    for (const { name, reference } of converted) requireEnd(name, reference, (each) => definitions.get(each)?.schema)
  }
  const sizes = new Map<string, number>()
  return {
    convert(schema, at) {
      const converted = convertSchema(schema, at, conversion)
      convertWaiting()
      return converted
    },
    closed(schema) {
      const found = reach(referencesOf(schema), definitions)
      if (found.length === 0) return schema
      return { ...schema, $defs: Object.fromEntries(found.map((name) => [name, definitions.get(name)?.schema])) }
    },
    target(schema) {
      const name = definitionName(schema)
      return name === undefined ? schema : (definitions.get(name)?.schema ?? true)
    },
    unfoldedSize: (schema) => unfold(schema, definitions, sizes),
  }
}

function lookUpSchema(root: JsonRecord, reference: string, at: string): unknown {
  const target = lookUp(root, reference, at)
  return typeof target === 'boolean' ? {} : target
}

/** Short, and only of characters that need no escape in a reference. */
function freeName(reference: string, taken: Set<string>): string {
  const last = (tokensOf(reference).at(-1) ?? 'document').replace(/[^\w.-]+/g, '_').slice(0, 80) || 'schema'
  let name = last
  for (let nth = 2; taken.has(name); nth++) name = `${last}_${nth}`
  taken.add(name)
  return name
}

function reach(from: readonly string[], definitions: Map<string, Definition>): string[] {
  const found = new Set(from)
  for (const name of found) for (const next of definitions.get(name)?.refs ?? []) found.add(next)
  return [...found].sort()
}

/** Sizes are added up bottom up and kept, so that a document cannot make this slow either. */
function unfold(schema: unknown, definitions: Map<string, Definition>, sizes: Map<string, number>): number {
  if (typeof schema !== 'object' || schema === null) return 1
  const name = definitionName(schema)
  const own = Object.values(schema).reduce((sum: number, value) => sum + unfold(value, definitions, sizes), 1)
  return name === undefined ? own : own + sizeOf(name, definitions, sizes)
}

function sizeOf(name: string, definitions: Map<string, Definition>, sizes: Map<string, number>): number {
  const known = sizes.get(name)
  if (known !== undefined) return known
  sizes.set(name, 1)
  const size = unfold(definitions.get(name)?.schema, definitions, sizes)
  sizes.set(name, size)
  return size
}
