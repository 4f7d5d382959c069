/** Makes a small value that a schema accepts, to show how an operation is called. */
import type { JsonSchema } from './convert-schema.ts'
import { isRecord } from './json.ts'
import { target } from './schema-references.ts'

const MAX_DEPTH = 8
const MAX_VALUES = 400

const FORMATS: Record<string, string> = {
  date: '2026-01-31',
  'date-time': '2026-01-31T12:00:00Z',
  email: 'person@example.com',
  uri: 'https://example.com/',
  url: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  time: '12:00:00Z',
}

/** The value with what is required, or with the optional properties too. */
export function exampleOf(schema: JsonSchema, { isFull = false }: { isFull?: boolean } = {}): unknown {
  const left = { values: MAX_VALUES }
  return make(schema, { root: schema, depth: 0, isFull, left })
}

interface Making {
  root: JsonSchema
  depth: number
  isFull: boolean
  left: { values: number }
}

function make(schema: unknown, at: Making): unknown {
  const one = target(schema, at.root)
  at.left.values--
  if (one.const !== undefined) return one.const
  if (Array.isArray(one.enum)) return one.enum[0]
  if (Array.isArray(one.examples)) return one.examples[0]
  if (one.default !== undefined && one.default !== null) return one.default
  const below = { ...at, depth: at.depth + 1 }
  if (Array.isArray(one.allOf)) return merged(one, below)
  const choice = firstChoice(one)
  if (choice !== undefined && one.properties === undefined) return make(choice, below)
  const type = Array.isArray(one.type) ? one.type.find((each) => each !== 'null') : one.type
  if (type === 'object' || isRecord(one.properties)) return makeObject(one, choice, below)
  if (type === 'array') return makeArray(one, below)
  return makeScalar(one, type)
}

function firstChoice(schema: JsonSchema): unknown {
  const choices = [schema.oneOf, schema.anyOf].find((list) => Array.isArray(list)) as unknown[] | undefined
  return choices?.find((choice) => !isRecord(choice) || choice.type !== 'null')
}

function merged(schema: JsonSchema, at: Making): unknown {
  const { allOf, ...rest } = schema
  const parts = (allOf as unknown[]).map((part) => make(part, at))
  const own = Object.keys(rest).some((key) => ['type', 'properties'].includes(key)) ? [make(rest, at)] : []
  const all = [...parts, ...own]
  return all.every(isRecord) ? Object.assign({}, ...all) : all[0]
}

function makeObject(schema: JsonSchema, choice: unknown, at: Making): Record<string, unknown> {
  const properties = isRecord(schema.properties) ? schema.properties : {}
  // A choice beside properties mostly says which of them are needed.
  const chosen = isRecord(choice) && Array.isArray(choice.required) ? choice.required : []
  const required = new Set([...(Array.isArray(schema.required) ? schema.required : []), ...chosen])
  const isWanted = (name: string) => required.has(name) || (at.isFull && at.depth < 4 && at.left.values > 0)
  const wanted = at.depth > MAX_DEPTH ? [] : Object.entries(properties).filter(([name]) => isWanted(name))
  // A form cannot say that something is there and empty.
  const [first] = Object.entries(properties)
  if (at.isFull && at.depth <= MAX_DEPTH && wanted.length === 0 && first) wanted.push(first)
  return Object.fromEntries(wanted.map(([name, property]) => [name, make(property, at)]))
}

function makeArray(schema: JsonSchema, at: Making): unknown[] {
  const least = typeof schema.minItems === 'number' ? Math.min(schema.minItems, 20) : 0
  if (at.depth > MAX_DEPTH || (schema.items === undefined && least === 0)) return []
  return Array.from({ length: Math.max(least, 1) }, () => make(schema.items ?? {}, at))
}

function makeScalar(schema: JsonSchema, type: unknown): unknown {
  if (type === 'integer' || type === 'number') {
    const { minimum, exclusiveMinimum } = schema
    if (typeof minimum === 'number') return minimum
    return typeof exclusiveMinimum === 'number' ? exclusiveMinimum + 1 : 1
  }
  if (type === 'boolean') return true
  if (type === 'null') return null
  const text = FORMATS[String(schema.format)] ?? 'text'
  const least = typeof schema.minLength === 'number' ? Math.min(schema.minLength, 200) : 0
  const most = typeof schema.maxLength === 'number' ? schema.maxLength : Number.POSITIVE_INFINITY
  return text.padEnd(least, 'x').slice(0, most)
}
