/** For each keyword of JSON Schema: whether what the writer's schema lets through satisfies the reader's. A keyword that is not here must be the same. */
import { isDeepStrictEqual } from 'node:util'
import { isObject } from '../is-object.ts'
import { type Covering, coversNode, type Place } from './covers.ts'
import { isSame, type Schema, typesOf, valuesOf } from './schema-node.ts'

/** One keyword of two schemas. */
interface Keyword {
  writer: Schema
  reader: Schema
  keyword: string
  on: Covering
  place: Place
}

/** Whether a keyword of the reader is satisfied. */
export type Check = (at: Keyword) => boolean

const atMost: Check = ({ writer, reader, keyword }) => {
  const [bound, limit] = [writer[keyword], reader[keyword]]
  return typeof bound === 'number' && typeof limit === 'number' && bound <= limit
}
const notBelow: Check = ({ writer, reader, keyword }) => {
  const [bound, limit] = [writer[keyword], reader[keyword]]
  return typeof bound === 'number' && typeof limit === 'number' && bound >= limit
}
const atLeast: Check = (at) => at.reader[at.keyword] === 0 || notBelow(at)
/** The keyword only matters to values of these types. */
const only =
  (types: readonly string[], check: Check): Check =>
  (at) =>
    !types.some((type) => typesOf(at.writer).has(type)) || check(at)
const same: Check = ({ writer, reader, keyword, on }) => isSame(writer[keyword], reader[keyword], on.roots)
const numbers = (check: Check) => only(['number', 'integer'], check)
const text = (check: Check) => only(['string'], check)
const arrays = (check: Check) => only(['array'], check)
const objects = (check: Check) => only(['object'], check)

const values: Check = ({ writer, reader }) => {
  const [written, read] = [valuesOf(writer), valuesOf(reader)]
  return written?.every((value) => read?.some((each) => isDeepStrictEqual(each, value))) ?? false
}
const type: Check = ({ writer, reader }) => {
  const read = typesOf({ type: reader.type })
  return [...typesOf(writer)].every((each) => read.has(each))
}
const multipleOf: Check = ({ writer, reader }) => {
  const [step, wanted] = [writer.multipleOf, reader.multipleOf]
  return Number.isSafeInteger(step) && Number.isSafeInteger(wanted) && Number(step) % Number(wanted) === 0
}
const required: Check = ({ writer, reader }) =>
  Array.isArray(reader.required) &&
  reader.required.every((name) => Array.isArray(writer.required) && writer.required.includes(name))

const schemaMap = (value: unknown): Schema => (isObject(value) ? value : {})

/** Where these stand, properties may be declared that are not seen here. */
const COMPOSING = ['allOf', 'anyOf', 'oneOf', 'if', 'dependentSchemas', 'patternProperties', 'dependencies']

/** What the writer says of properties that it does not name; `false` where it names all. A tool without properties takes none. */
function others({ writer, place }: Keyword): unknown {
  if (writer.additionalProperties !== undefined) return writer.additionalProperties
  if (place === 'branch' || COMPOSING.some((keyword) => writer[keyword] !== undefined)) return true
  return !isObject(writer.properties) && place === 'part'
}

const properties: Check = (at) => {
  const { writer, reader, on } = at
  const [written, read] = [schemaMap(writer.properties), schemaMap(reader.properties)]
  if (writer.patternProperties !== undefined && !isDeepStrictEqual(written, read)) return false
  return Object.keys(read).every((name) =>
    coversNode({ writer: Object.hasOwn(written, name) ? written[name] : others(at), reader: read[name] }, on),
  )
}
const additionalProperties: Check = (at) => {
  const { writer, reader, on } = at
  if (!isSame(writer.patternProperties, reader.patternProperties, on.roots)) return false
  const [written, read] = [schemaMap(writer.properties), schemaMap(reader.properties)]
  const unnamed = Object.keys(written).filter((name) => !Object.hasOwn(read, name))
  // Whether a name is of a pattern is not tried out on patterns of a stranger.
  if (reader.patternProperties !== undefined && unnamed.length > 0) return false
  return [...unnamed.map((name) => written[name]), others(at)].every((each) =>
    coversNode({ writer: each, reader: reader.additionalProperties }, on),
  )
}
const items: Check = (at) => {
  const { writer, reader, on } = at
  if (Array.isArray(writer.items) || Array.isArray(reader.items)) return same(at)
  const first = Array.isArray(writer.prefixItems) ? writer.prefixItems : []
  const skipped = Array.isArray(reader.prefixItems) ? reader.prefixItems.length : 0
  return [...first.slice(skipped), writer.items ?? true].every((each) =>
    coversNode({ writer: each, reader: reader.items }, on),
  )
}
const prefixItems: Check = ({ writer, reader, on }) => {
  if (!Array.isArray(reader.prefixItems) || Array.isArray(writer.items)) return false
  const first: unknown[] = Array.isArray(writer.prefixItems) ? writer.prefixItems : []
  return reader.prefixItems.every((each, i) =>
    coversNode({ writer: i < first.length ? first[i] : (writer.items ?? true), reader: each }, on),
  )
}
const allOf: Check = ({ writer, reader, on, place }) =>
  isSame(writer.allOf, reader.allOf, on.roots) ||
  (Array.isArray(reader.allOf) && reader.allOf.every((each) => coversNode({ writer, reader: each }, on, place)))
const anyOf: Check = ({ writer, reader, on }) => {
  const { anyOf: read } = reader
  if (!Array.isArray(read)) return false
  const fits = (each: unknown) =>
    read.some((alternative) => coversNode({ writer: each, reader: alternative }, on, 'branch'))
  const { anyOf: _, ...rest } = writer
  return fits(rest) || (Array.isArray(writer.anyOf) && writer.anyOf.every(fits))
}
const condition: Check = ({ writer, reader, on }) =>
  ['if', 'then', 'else'].every((keyword) => isSame(writer[keyword], reader[keyword], on.roots))
const contains: Check = ({ writer, reader, on }) =>
  ['contains', 'minContains', 'maxContains'].every((keyword) => isSame(writer[keyword], reader[keyword], on.roots))
/** These look at what other keywords have looked at, so only a schema that is the same as a whole satisfies them. */
const never: Check = () => false

/** By keyword of the reader. */
export const KEYWORDS: Readonly<Record<string, Check>> = {
  type,
  enum: values,
  const: values,
  maximum: numbers(atMost),
  exclusiveMaximum: numbers(atMost),
  minimum: numbers(notBelow),
  exclusiveMinimum: numbers(notBelow),
  multipleOf: numbers(multipleOf),
  maxLength: text(atMost),
  minLength: text(atLeast),
  pattern: text(same),
  format: text(same),
  maxItems: arrays(atMost),
  minItems: arrays(atLeast),
  uniqueItems: arrays(({ writer, reader }) => reader.uniqueItems === false || writer.uniqueItems === true),
  items: arrays(items),
  prefixItems: arrays(prefixItems),
  contains: arrays(contains),
  minContains: arrays(contains),
  maxContains: arrays(contains),
  maxProperties: objects(atMost),
  minProperties: objects(atLeast),
  required: objects(required),
  properties: objects(properties),
  patternProperties: objects(same),
  additionalProperties: objects(additionalProperties),
  allOf,
  anyOf,
  if: condition,
  // biome-ignore lint/suspicious/noThenProperty: it is a keyword
  then: condition,
  else: condition,
  unevaluatedProperties: never,
  unevaluatedItems: never,
  $id: never,
  $anchor: never,
  $dynamicAnchor: never,
  $dynamicRef: never,
  $recursiveRef: never,
  $recursiveAnchor: never,
}
