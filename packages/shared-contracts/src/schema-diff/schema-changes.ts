/** What has changed between two schemas, property by property, in the words that an admin decides by. */
import { isObject } from '../is-object.ts'
import { covers } from './covers.ts'
import type { Schema } from './schema-node.ts'

/** Kinds of change. */
export type ChangeKind =
  | 'added optional'
  | 'added required'
  | 'removed'
  | 'now required'
  | 'now optional'
  | 'narrowed'
  | 'widened'
  | 'changed'
  | 'reworded'

/** One change. */
export interface SchemaChange {
  /** Where, such as `filter.tags[]`; empty for the schema as a whole. */
  at: string
  kind: ChangeKind
}

const STRUCTURE = ['properties', 'required', 'items', '$defs', 'definitions']
const MAX_CHANGES = 200

/** All changes, at most 200. */
export function schemaChanges(before: unknown, after: unknown): SchemaChange[] {
  const found: SchemaChange[] = []
  compare({ before, after, at: '' }, { found, roots: [before, after] })
  return found.slice(0, MAX_CHANGES)
}

interface Pair {
  before: unknown
  after: unknown
  at: string
}

interface Comparing {
  found: SchemaChange[]
  /** The documents that references point into. */
  roots: readonly [unknown, unknown]
}

function compare({ before, after, at }: Pair, on: Comparing): void {
  if (on.found.length >= MAX_CHANGES || (at !== '' && JSON.stringify(before) === JSON.stringify(after))) return
  if (!isObject(before) || !isObject(after)) {
    const kind = kindOf(before, after, on)
    if (kind) on.found.push({ at, kind })
    return
  }
  const [own, nextOwn] = [without(before, STRUCTURE), without(after, STRUCTURE)]
  const kind = kindOf(own, nextOwn, on)
  if (kind) on.found.push({ at, kind })
  // A wider type must not carry another text along unseen.
  if (kind && kind !== 'reworded' && textsOf(own) !== textsOf(nextOwn)) on.found.push({ at, kind: 'reworded' })
  compareProperties({ before, after, at }, on)
  const [items, nextItems] = [before.items, after.items]
  if (items !== undefined || nextItems !== undefined)
    compare({ before: items ?? true, after: nextItems ?? true, at: `${at}[]` }, on)
  for (const key of ['$defs', 'definitions'])
    if (JSON.stringify(before[key]) !== JSON.stringify(after[key]))
      on.found.push({ at: join(at, key), kind: 'changed' })
}

function compareProperties({ before, after, at }: { before: Schema; after: Schema; at: string }, on: Comparing): void {
  const [old, next] = [asObject(before.properties), asObject(after.properties)]
  const [oldRequired, nextRequired] = [asSet(before.required), asSet(after.required)]
  for (const name of new Set([...Object.keys(old), ...Object.keys(next), ...oldRequired, ...nextRequired])) {
    const where = join(at, name)
    const [was, is] = [Object.hasOwn(old, name), Object.hasOwn(next, name)]
    const isRequired = nextRequired.has(name)
    if (!was && is) on.found.push({ at: where, kind: isRequired ? 'added required' : 'added optional' })
    else if (was && !is) on.found.push({ at: where, kind: 'removed' })
    else if (oldRequired.has(name) !== isRequired)
      on.found.push({ at: where, kind: isRequired ? 'now required' : 'now optional' })
    if (was && is) compare({ before: old[name], after: next[name], at: where }, on)
  }
}

function kindOf(before: unknown, after: unknown, { roots }: Comparing): ChangeKind | undefined {
  if (JSON.stringify(before) === JSON.stringify(after)) return undefined
  const [old, next] = [inDocument(before, roots[0]), inDocument(after, roots[1])]
  const isWider = covers({ writer: old, reader: next }, false)
  const isNarrower = covers({ writer: next, reader: old }, false)
  if (isWider) return isNarrower ? 'reworded' : 'widened'
  return isNarrower ? 'narrowed' : 'changed'
}

const TEXTS = ['title', 'description', 'default', 'examples', '$comment']

function textsOf(schema: unknown): string {
  const texts: unknown[] = []
  JSON.stringify(schema, (key, value) => {
    if (TEXTS.includes(key)) texts.push(key, value)
    return value
  })
  return JSON.stringify(texts)
}

// A part refers to definitions of the whole.
function inDocument(part: unknown, root: unknown): unknown {
  if (!isObject(part) || !isObject(root)) return part
  const { $defs, definitions } = root
  return { ...part, ...($defs ? { $defs } : {}), ...(definitions ? { definitions } : {}) }
}

function without(schema: Schema, keys: readonly string[]): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !keys.includes(key)))
}

function asObject(value: unknown): Schema {
  return isObject(value) ? value : {}
}

function asSet(value: unknown): ReadonlySet<string> {
  return new Set(Array.isArray(value) ? value.map(String) : [])
}

function join(at: string, name: string): string {
  return at === '' ? name : `${at}.${name}`
}
