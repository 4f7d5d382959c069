/** The schema of a result of which only some fields are kept. */
import type { JsonSchema } from './convert-schema.ts'
import { type FieldTree, fieldTree } from './field-tree.ts'
import { isRecord, own, ownRecord } from './json.ts'
import { target, withNeededDefinitions } from './schema-references.ts'

const MAX_DEPTH = 20

/** Projects a schema to paths of fields; lists are passed through. */
export function projectSchema(schema: JsonSchema, paths: readonly string[]): JsonSchema {
  const { $defs, ...whole } = schema
  const projected = project(whole, fieldTree(paths), { root: schema, depth: 0 })
  return withNeededDefinitions({ ...projected, ...($defs ? { $defs } : {}) })
}

function project(schema: unknown, tree: FieldTree, at: { root: JsonSchema; depth: number }): JsonSchema {
  if (tree.size === 0) return isRecord(schema) ? schema : {}
  if (at.depth > MAX_DEPTH) return {}
  const below = { ...at, depth: at.depth + 1 }
  const parts = partsOf(schema, at.root)
  const list = parts.find((part) => part.items !== undefined)
  if (list) return { type: 'array', items: project(list.items, tree, below) }
  // What the document leaves open may well have the fields.
  if (!parts.some((part) => part.properties !== undefined)) return {}
  const properties = [...tree].flatMap(([key, subtree]) => {
    const found = parts.map((part) => own(ownRecord(part, 'properties'), key)).find((one) => one !== undefined)
    return found === undefined ? [] : [[key, project(found, subtree, below)] as const]
  })
  const isNullable = parts.some(
    (part) => part.type === 'null' || (Array.isArray(part.type) && part.type.includes('null')),
  )
  return { type: isNullable ? ['object', 'null'] : 'object', properties: Object.fromEntries(properties) }
}

/** A schema and those that it is combined of, each resolved. */
function partsOf(schema: unknown, root: JsonSchema): JsonSchema[] {
  const found: JsonSchema[] = []
  const seen = new Set<JsonSchema>()
  const open: unknown[] = [schema]
  for (let one = open.shift(); one !== undefined && found.length < 50; one = open.shift()) {
    const part = target(one, root)
    if (seen.has(part)) continue
    seen.add(part)
    found.push(part)
    for (const key of ['allOf', 'anyOf', 'oneOf']) if (Array.isArray(part[key])) open.push(...(part[key] as unknown[]))
  }
  return found
}
