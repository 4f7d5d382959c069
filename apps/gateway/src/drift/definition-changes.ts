/** What has changed between two definitions, and whether callers of the one can go on with the other. */
import { isDeepStrictEqual } from 'node:util'
import { covers } from '@causeway/shared-contracts/schema-diff/covers'
import {
  type ChangeKind,
  type SchemaChange,
  schemaChanges,
} from '@causeway/shared-contracts/schema-diff/schema-changes'
import { canonicalJson } from '../wire/canonical-json.ts'
import { isObject } from '../wire/envelope.ts'

/** A member that is not a schema, before and after; absent where there was or is none. */
export interface MemberChange {
  member: string
  before?: unknown
  after?: unknown
}

/** The difference of two definitions. */
export interface DefinitionChanges {
  /** For programs that call as they did: a text may still tell a model to do otherwise. */
  verdict: 'compatible' | 'breaking'
  /** Whether it only adds what callers may ignore, and says nothing new of what was there. */
  isAdditive: boolean
  input: SchemaChange[]
  output: SchemaChange[]
  members: MemberChange[]
}

const ADDITIVE: readonly ChangeKind[] = ['added optional', 'widened', 'now optional']
const SCHEMAS = ['inputSchema', 'outputSchema', 'arguments']

/**
 * Compares two definitions of one name.
 * @param before JSON text as it was accepted
 * @param after JSON text as it is published now
 */
export function definitionChanges(before: string, after: string): DefinitionChanges {
  const [old, next]: [unknown, unknown] = [JSON.parse(before), JSON.parse(after)]
  if (!isObject(old) || !isObject(next))
    return { ...NONE, members: [{ member: '', before: old, after: next }], isAdditive: false }
  const [input, nextInput] = [inputOf(old), inputOf(next)]
  const changes = {
    input: schemaChanges(input, nextInput),
    output: old.outputSchema === undefined ? [] : schemaChanges(old.outputSchema, next.outputSchema ?? true),
    members: memberChanges(old, next),
  }
  const goesOn =
    [before, after].every(hasExactNumbers) &&
    covers({ writer: input, reader: nextInput }, true) &&
    (old.outputSchema === undefined || covers({ writer: next.outputSchema ?? true, reader: old.outputSchema }, false))
  const isAdditive =
    goesOn &&
    changes.members.length === 0 &&
    isDeepStrictEqual(old.outputSchema, next.outputSchema) &&
    changes.input.length > 0 &&
    changes.input.every(({ kind }) => ADDITIVE.includes(kind))
  return { verdict: goesOn ? 'compatible' : 'breaking', isAdditive, ...changes }
}

const NONE = { verdict: 'compatible', input: [], output: [], members: [] } as const satisfies Partial<DefinitionChanges>

/** The input schema of a tool, or one for the arguments of a prompt, which are all text. */
function inputOf(definition: Readonly<Record<string, unknown>>): unknown {
  if (definition.inputSchema !== undefined) return definition.inputSchema
  const given = Array.isArray(definition.arguments) ? definition.arguments.filter(isObject) : []
  const properties = given.map(({ name, title, description }) => [name, { type: 'string', title, description }])
  const required = given.filter((each) => each.required === true).map(({ name }) => name)
  return JSON.parse(JSON.stringify({ type: 'object', properties: Object.fromEntries(properties), required }))
}

function memberChanges(
  old: Readonly<Record<string, unknown>>,
  next: Readonly<Record<string, unknown>>,
): MemberChange[] {
  const members = new Set([...Object.keys(old), ...Object.keys(next)])
  return [...members]
    .filter((member) => !SCHEMAS.includes(member) && !isDeepStrictEqual(old[member], next[member]))
    .map((member) => ({
      member,
      ...(member in old ? { before: old[member] } : {}),
      ...(member in next ? { after: next[member] } : {}),
    }))
}

// Canonical text marks what was rounded when it was read here.
function hasExactNumbers(text: string): boolean {
  return !canonicalJson(text).includes('\\u0000')
}
