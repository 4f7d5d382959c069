/** What is read off a single schema: its types, its values, and whether it is the same as another. */
import { isDeepStrictEqual } from 'node:util'
import { isObject } from '../is-object.ts'

/** A schema that is an object. */
export type Schema = Readonly<Record<string, unknown>>

const REFERENCE = /"\$(ref|dynamicRef|recursiveRef)":/
const TYPES = ['null', 'boolean', 'object', 'array', 'number', 'string', 'integer']

/** Whether two parts say the same, references included. */
export function isSame(one: unknown, other: unknown, roots: { writer: unknown; reader: unknown }): boolean {
  if (!isDeepStrictEqual(one, other)) return false
  return !REFERENCE.test(JSON.stringify(one) ?? '') || isDeepStrictEqual(roots.writer, roots.reader)
}

/** The types that a value may have, with `integer` wherever `number` is. */
export function typesOf(schema: Schema): ReadonlySet<string> {
  const { type } = schema
  const written = type === undefined ? TYPES : Array.isArray(type) ? type.map(String) : [String(type)]
  const types = new Set(written.includes('number') ? [...written, 'integer'] : written)
  const values = valuesOf(schema)
  if (!values) return types
  const held = new Set(values.map(typeOf))
  return new Set([...types].filter((each) => held.has(each) || (each === 'number' && held.has('integer'))))
}

/** The only values there are, if they are listed. */
export function valuesOf(schema: Schema): readonly unknown[] | undefined {
  const { enum: listed } = schema
  if (Object.hasOwn(schema, 'const')) return [schema.const]
  return Array.isArray(listed) ? listed : undefined
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (isObject(value)) return 'object'
  return Number.isInteger(value) ? 'integer' : typeof value
}
