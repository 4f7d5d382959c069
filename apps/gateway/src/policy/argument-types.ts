/** What a condition may presume of a tool's arguments: the types that its input schema promises, in the words of CEL. */

/** The CEL name of a type, or the members of an object by name. */
export type ArgumentType = string | { readonly [name: string]: ArgumentType }

/** The types of one tool's arguments. */
export interface ArgumentTypes {
  root: ArgumentType
}

/** Anything: what is not known here shows when it is read. */
const ANY = 'dyn'
const ANY_OBJECT = 'map'
const MAX_DEPTH = 8
const MAX_NAMES = 500

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
/** Words that have a meaning in CEL. */
const RESERVED =
  /^(__proto__|prototype|constructor|as|break|const|continue|else|for|function|if|import|in|let|loop|package|namespace|return|true|false|null|var|void|while)$/

const SIMPLE: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'double',
  integer: 'double',
  boolean: 'bool',
  object: ANY_OBJECT,
}

/** The types that a tool's `inputSchema` promises; whatever it leaves open is open here too. */
export function argumentTypesOf(inputSchema: unknown): ArgumentTypes {
  const budget = { names: MAX_NAMES }
  const root = typeOf(inputSchema, budget, 0)
  return { root: typeof root === 'string' ? ANY_OBJECT : root }
}

interface Budget {
  names: number
}

function typeOf(schema: unknown, budget: Budget, depth: number): ArgumentType {
  if (!isRecord(schema) || depth > MAX_DEPTH) return ANY
  // Either of several shapes, or one from elsewhere: nothing is sure of any of them.
  if (['anyOf', 'oneOf', '$ref', '$dynamicRef', 'if'].some((keyword) => schema[keyword] !== undefined)) return ANY
  if (schema.type === 'object') return objectType(schema, budget, depth)
  if (schema.type === 'array') {
    const item = typeOf(schema.items, budget, depth + 1)
    return typeof item === 'string' && Object.values(SIMPLE).includes(item) && item !== ANY_OBJECT
      ? `list<${item}>`
      : 'list'
  }
  return typeof schema.type === 'string' ? (SIMPLE[schema.type] ?? ANY) : ANY
}

function objectType(schema: Record<string, unknown>, budget: Budget, depth: number): ArgumentType {
  const { properties, additionalProperties = false, patternProperties, allOf } = schema
  const isOpen = additionalProperties !== false || patternProperties !== undefined || allOf !== undefined
  const names = isRecord(properties) ? Object.keys(properties) : []
  budget.names -= names.length
  const isNamable = names.every((name) => NAME.test(name) && !RESERVED.test(name))
  if (isOpen || names.length === 0 || budget.names < 0 || !isNamable) return ANY_OBJECT
  return Object.fromEntries(
    names.map((name) => [name, typeOf((properties as Record<string, unknown>)[name], budget, depth + 1)]),
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
