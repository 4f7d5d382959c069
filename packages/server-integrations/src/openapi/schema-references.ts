/** What a converted schema refers to, and the part of its definitions that it needs. */
import type { JsonSchema } from './convert-schema.ts'
import { isRecord, own, ownRecord } from './json.ts'

const PREFIX = '#/$defs/'

/** The definition that a schema stands for when it is a reference. */
export function definitionName(schema: unknown): string | undefined {
  const reference = isRecord(schema) ? schema.$ref : undefined
  return typeof reference === 'string' && reference.startsWith(PREFIX) ? reference.slice(PREFIX.length) : undefined
}

/** The names of the definitions that a schema refers to itself, its own `$defs` left aside. */
export function referencesOf(schema: unknown): string[] {
  const found = new Set<string>()
  const open: unknown[] = [schema]
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const name = definitionName(one)
    if (name !== undefined) found.add(name)
    for (const [key, value] of Object.entries(one as object))
      if (typeof value === 'object' && value !== null && !(key === '$defs' && one === schema)) open.push(value)
  }
  return [...found]
}

/** The schema with those of its definitions that something in it still leads to. */
export function withNeededDefinitions({ $defs, ...schema }: JsonSchema): JsonSchema {
  const definitions = isRecord($defs) ? $defs : {}
  const needed = new Set(referencesOf(schema))
  for (const name of needed) for (const next of referencesOf(own(definitions, name) ?? {})) needed.add(next)
  if (needed.size === 0) return schema
  return { ...schema, $defs: Object.fromEntries([...needed].sort().map((name) => [name, definitions[name]])) }
}

/** The schema that a reference (to a reference …) stands for; an empty one when it leads nowhere. */
export function target(schema: unknown, root: JsonSchema): JsonSchema {
  let found = schema
  for (let hops = 0; hops < 32; hops++) {
    const name = definitionName(found)
    if (name === undefined) return isRecord(found) ? found : {}
    found = own(ownRecord(root, '$defs'), name)
  }
  return {}
}
