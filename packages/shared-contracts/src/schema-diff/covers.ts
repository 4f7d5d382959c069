/** Whether what one schema lets through is let through by another: sound, so a yes can be relied on, and not complete, so a no may be too careful. */
import { isObject } from '../is-object.ts'
import { type Check, KEYWORDS } from './keywords.ts'
import { isSame, type Schema } from './schema-node.ts'

/** A schema that something is written by, and one that it is read by. */
export interface Sides {
  /** What is written declares all it holds: where nothing is said of other properties, there are none. */
  writer: unknown
  reader: unknown
}

/** What is the same at every step. */
export interface Covering {
  /** The documents that references point into. */
  roots: Sides
  /** Whether a property that the reader does not know is lost: what an agent sends is, what it is sent is not. */
  isStrict: boolean
  /** Pairs that are being compared, because schemas may hold themselves. */
  open: Set<string>
  /** Comparisons left, so that no pair of schemas takes forever. */
  budget: number
}

const MAX_STEPS = 5_000
const ANNOTATIONS = new Set([
  '$schema',
  '$comment',
  '$defs',
  'definitions',
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
  'contentEncoding',
  'contentMediaType',
  'contentSchema',
])

/**
 * Whether everything that is valid for the writer, and holds no property that it does not declare, is valid for the reader.
 * @param isStrict whether it also counts when the reader does not know a property
 */
export function covers(sides: Sides, isStrict: boolean): boolean {
  const { writer, reader } = sides
  if (isObject(writer) && isObject(reader) && writer.$schema !== reader.$schema) return false
  return coversNode(sides, { roots: sides, isStrict, open: new Set(), budget: MAX_STEPS }, 'root')
}

/** Where a schema stands: as a whole, as a part, or as one of several that look at the same value. */
export type Place = 'root' | 'part' | 'branch'

/** The same for a part of the schemas. */
export function coversNode({ writer, reader }: Sides, on: Covering, place: Place = 'part'): boolean {
  if (on.budget-- <= 0) return false
  if (reader === true || writer === false) return true
  if (reader === false) return false
  if (writer === true) return coversNode({ writer: {}, reader }, on, 'branch')
  if (!isObject(writer) || !isObject(reader)) return false
  if (isSame(writer, reader, on.roots)) return true
  if (writer.$ref !== undefined || reader.$ref !== undefined) return coversReferences({ writer, reader }, on, place)
  if (byKeywords(writer, reader, on, place)) return true
  const branchFits = (each: unknown) => coversNode({ writer: each, reader }, on, 'branch')
  const alternatives = writer.anyOf ?? writer.oneOf
  if (Array.isArray(alternatives) && alternatives.every(branchFits)) return true
  return Array.isArray(writer.allOf) && writer.allOf.some(branchFits)
}

function byKeywords(writer: Schema, reader: Schema, on: Covering, place: Place): boolean {
  if (on.isStrict && losesProperties(writer, reader)) return false
  return Object.keys(reader).every((keyword) => {
    if (ANNOTATIONS.has(keyword)) return true
    const check: Check | undefined = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined
    return check ? check({ writer, reader, on, place, keyword }) : isSame(writer[keyword], reader[keyword], on.roots)
  })
}

// An argument that is ignored can be worse than one that is refused.
function losesProperties(writer: Schema, reader: Schema): boolean {
  if (!isObject(writer.properties) || reader.additionalProperties !== undefined) return false
  const read = isObject(reader.properties) ? reader.properties : {}
  return Object.keys(writer.properties).some((name) => !Object.hasOwn(read, name))
}

function coversReferences(sides: { writer: Schema; reader: Schema }, on: Covering, place: Place): boolean {
  const pair = JSON.stringify([sides.writer, sides.reader, place])
  // A schema that holds itself holds, as long as nothing else speaks against it.
  if (on.open.has(pair)) return true
  const writer = follow(sides.writer, on.roots.writer)
  const reader = follow(sides.reader, on.roots.reader)
  if (writer === undefined || reader === undefined) return false
  on.open.add(pair)
  const isCovered = coversNode({ writer, reader }, on, place)
  on.open.delete(pair)
  return isCovered
}

// What stands beside a reference counts too, and together they are no schema that could be looked at keyword by keyword.
function follow(schema: Schema, root: unknown): unknown {
  const { $ref } = schema
  if ($ref === undefined) return schema
  if (typeof $ref !== 'string' || !$ref.startsWith('#/')) return undefined
  if (Object.keys(schema).some((key) => key !== '$ref' && !ANNOTATIONS.has(key))) return undefined
  let target: unknown = root
  for (const step of $ref.slice(2).split('/')) {
    const key = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
    if (!isObject(target) || !Object.hasOwn(target, key)) return undefined
    target = target[key]
    // An identity of its own would make other references point elsewhere.
    if (isObject(target) && target.$id !== undefined) return undefined
  }
  return target
}
