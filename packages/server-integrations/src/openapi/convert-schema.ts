/** Turns one schema of an OpenAPI document into JSON Schema 2020-12; references stay references. */
import { stripHidden } from '@causeway/shared-contracts/clean-text'
import type { Budgets } from './budgets.ts'
import { cleanValue } from './fit-value.ts'
import { isRecord, type JsonRecord, own } from './json.ts'
import { token } from './local-reference.ts'
import { OpenApiError } from './openapi-error.ts'
import { patternProblem } from './safe-pattern.ts'

/** Schemas say different things of what is sent and of what comes back. */
export type SchemaUse = 'request' | 'response'

/** A JSON Schema 2020-12. */
export type JsonSchema = Record<string, unknown>

/** What conversion needs to know of the document around a schema. */
export interface Conversion {
  /** `3.1` schemas are 2020-12 already, all others are of the older kind. */
  version: '2.0' | '3.0' | '3.1'
  use: SchemaUse
  budgets: Budgets
  /** The `$defs` name of what a reference names. */
  nameOf(reference: string, at: string): string
  warn(at: string, problem: string): void
}

const MAX_DESCRIPTION = 300
const MAX_EXAMPLE = 120
const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']
const NUMBERS = ['multipleOf', 'maximum', 'minimum', 'exclusiveMaximum', 'exclusiveMinimum', 'maxLength', 'minLength']
const COUNTS = ['maxItems', 'minItems', 'maxProperties', 'minProperties', 'maxContains', 'minContains']
const AS_THEY_ARE = ['default', 'const']
const WORDS = ['title', 'format', 'contentEncoding', 'contentMediaType']
const FLAGS = ['deprecated', 'readOnly', 'writeOnly', 'uniqueItems']
const ONE_SCHEMA = ['additionalProperties', 'not', 'contains', 'propertyNames', 'if', 'then', 'else']
const ONE_SCHEMA_31 = ['unevaluatedProperties', 'unevaluatedItems']
const LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems']
const MAPS = ['properties', 'patternProperties', 'dependentSchemas']

/**
 * Converts a schema and those written inside it.
 * @param at JSON pointer of the schema, for errors and warnings
 * @throws OpenApiError
 */
export function convertSchema(schema: unknown, at: string, by: Conversion): JsonSchema | boolean {
  if (typeof schema === 'boolean') return schema
  if (!isRecord(schema)) throw new OpenApiError(at, 'want a schema')
  const reference = own(schema, '$ref')
  if (typeof reference === 'string') return convertReference(schema, reference, at, by)
  if (own(schema, '$dynamicRef') !== undefined) throw new OpenApiError(at, 'dynamic references are not supported')
  const out: JsonSchema = {}
  copyValues(schema, out)
  copyType(schema, out, at, by)
  copyBounds(schema, out, at, by)
  copySubschemas(schema, out, at, by)
  copyRequired(schema, out, at, by)
  return isNullable(schema) ? orNull(out) : out
}

/** OpenAPI 3.0 has a keyword for it, Swagger 2.0 a custom that many documents follow. */
function isNullable(schema: JsonRecord): boolean {
  return own(schema, 'nullable') === true || own(schema, 'x-nullable') === true
}

function convertReference(schema: JsonRecord, reference: string, at: string, by: Conversion): JsonSchema {
  const target = { $ref: `#/$defs/${by.nameOf(reference, at)}` }
  if (by.version !== '3.1') return isNullable(schema) ? { anyOf: [target, { type: 'null' }] } : target
  const { $ref: _, ...beside } = schema
  const rest = convertSchema(beside, at, by)
  return { ...(rest as JsonSchema), ...target }
}

function copyValues(schema: JsonRecord, out: JsonSchema): void {
  for (const key of AS_THEY_ARE) if (own(schema, key) !== undefined) out[key] = cleanValue(schema[key])
  for (const key of WORDS) if (typeof own(schema, key) === 'string') out[key] = cleanValue(schema[key])
  for (const key of FLAGS) if (own(schema, key) === true) out[key] = true
  const description = shortText(own(schema, 'description'))
  if (description) out.description = description
  const examples = own(schema, 'examples') ?? (own(schema, 'example') === undefined ? undefined : [schema.example])
  const small = Array.isArray(examples) ? examples.filter((one) => JSON.stringify(one).length <= MAX_EXAMPLE) : []
  if (small.length > 0) out.examples = cleanValue(small.slice(0, 2))
}

/** A document's prose as far as it helps: no markup, nothing hidden, not long. */
export function shortText(text: unknown, maxChars = MAX_DESCRIPTION): string {
  if (typeof text !== 'string') return ''
  const plain = stripHidden(text.slice(0, 4 * maxChars))
    .replace(/<[^>]{0,200}>/g, '')
    .replace(/\s+/g, ' ')
    .trim()
  return plain.length <= maxChars ? plain : `${plain.slice(0, maxChars - 1).trimEnd()}…`
}

function copyType(schema: JsonRecord, out: JsonSchema, at: string, by: Conversion): void {
  const type = own(schema, 'type')
  if (type === undefined) return
  if (type === 'file') {
    out.type = 'string'
    out.format = 'binary'
    return
  }
  const types = (Array.isArray(type) ? type : [type]).filter((one) => TYPES.includes(one as string))
  if (types.length === 0) by.warn(at, `its type ${JSON.stringify(type).slice(0, 40)} is none; any is taken`)
  else out.type = types.length === 1 ? types[0] : types
}

function copyBounds(schema: JsonRecord, out: JsonSchema, at: string, by: Conversion): void {
  for (const key of [...NUMBERS, ...COUNTS]) if (typeof own(schema, key) === 'number') out[key] = schema[key]
  // Before 3.1 an exclusive bound was a flag beside the bound.
  if (own(schema, 'exclusiveMinimum') === true) moveKey(out, 'minimum', 'exclusiveMinimum')
  if (own(schema, 'exclusiveMaximum') === true) moveKey(out, 'maximum', 'exclusiveMaximum')
  const values = own(schema, 'enum')
  if (Array.isArray(values)) {
    if (values.length > by.budgets.maxEnumValues)
      throw new OpenApiError(at, `it lists ${values.length} values, at most ${by.budgets.maxEnumValues} are read`)
    if (values.length > 0) out.enum = [...new Set(values.map(cleanValue))]
  }
  const pattern = own(schema, 'pattern')
  if (pattern === undefined) return
  const problem = patternProblem(pattern)
  if (problem === undefined) out.pattern = pattern
  else by.warn(at, `its pattern is not used: ${problem}`)
}

function moveKey(out: JsonSchema, from: string, to: string): void {
  if (out[from] === undefined) return
  out[to] = out[from]
  delete out[from]
}

function copySubschemas(schema: JsonRecord, out: JsonSchema, at: string, by: Conversion): void {
  const keys = by.version === '3.1' ? [...ONE_SCHEMA, ...ONE_SCHEMA_31] : ONE_SCHEMA
  for (const key of keys) {
    const sub = own(schema, key)
    if (sub !== undefined) out[key] = convertSchema(sub, `${at}/${key}`, by)
  }
  const items = own(schema, 'items')
  if (Array.isArray(items)) out.prefixItems = items.map((item, i) => convertSchema(item, `${at}/items/${i}`, by))
  else if (items !== undefined) out.items = convertSchema(items, `${at}/items`, by)
  for (const key of LISTS) {
    const list = own(schema, key)
    if (Array.isArray(list) && list.length > 0)
      out[key] = list.map((one, i) => convertSchema(one, `${at}/${key}/${i}`, by))
  }
  for (const key of MAPS) {
    const map = own(schema, key)
    if (isRecord(map)) out[key] = convertMap(map, `${at}/${key}`, by)
  }
}

function convertMap(map: JsonRecord, at: string, by: Conversion): JsonSchema {
  const isPatterns = at.endsWith('/patternProperties')
  const kept = Object.entries(map).filter(([key]) => {
    const problem = isPatterns ? patternProblem(key) : undefined
    if (problem !== undefined) by.warn(at, `a pattern of property names is not used: ${problem}`)
    return problem === undefined
  })
  return Object.fromEntries(kept.map(([key, sub]) => [key, convertSchema(sub, `${at}/${token(key)}`, by)]))
}

/** What a caller cannot send is not required of it, and what never comes back is not required of the answer. */
function copyRequired(schema: JsonRecord, out: JsonSchema, at: string, by: Conversion): void {
  const names = own(schema, 'required')
  if (names === undefined) return
  if (!Array.isArray(names)) {
    if (typeof names !== 'boolean') by.warn(at, 'its list of required properties is none')
    return
  }
  const isKept = (name: unknown) => {
    const property = isRecord(schema.properties) ? own(schema.properties, String(name)) : undefined
    return own(isRecord(property) ? property : undefined, by.use === 'request' ? 'readOnly' : 'writeOnly') !== true
  }
  const kept = [...new Set(names)].filter((name) => typeof name === 'string' && isKept(name))
  if (kept.length > 0) out.required = kept
}

function orNull(schema: JsonSchema): JsonSchema {
  if (typeof schema.type !== 'string') {
    // Without a type null is refused only by what else stands there.
    const isOpen = schema.enum === undefined && !['allOf', 'anyOf', 'oneOf', 'not'].some((key) => key in schema)
    return isOpen ? schema : { anyOf: [schema, { type: 'null' }] }
  }
  const values = Array.isArray(schema.enum) ? { enum: [...new Set([...schema.enum, null])] } : {}
  return { ...schema, type: [schema.type, 'null'], ...values }
}
