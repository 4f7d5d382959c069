/** Legacy clients only know output schemas and structured results that are objects: others are wrapped as `{ result: … }`, schema and value alike. */
import { mapElements, mapMembers, membersOf, withMembers } from '../wire/json-span.ts'

const NAME_MAPS = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
  'dependencies',
])
const DATA = new Set(['const', 'enum', 'default', 'examples'])
const REFERENCES = new Set(['$ref', '$dynamicRef'])

/**
 * The object schema whose only property `result` is the given schema, which keeps its bytes but for pointers from its root.
 * @param schema JSON text of an object
 */
export function wrapOutputSchema(schema: string): string {
  const members = membersOf(schema, 0)
  const dialect = members.find(({ key }) => key === '$schema')
  // The dialect is a matter of the document's root.
  const inner = isResource(schema) ? schema : moved(withMembers(schema, members, { $schema: undefined }), false)
  const first = dialect ? `"$schema":${schema.slice(dialect.start, dialect.end)},` : ''
  return `{${first}"type":"object","properties":{"result":${inner}},"required":["result"]}`
}

// The schema moves one level down, so pointers from its root must follow. A schema with an $id is a root of its own.
function moved(text: string, isNameMap: boolean): string {
  if (text[0] === '[') return mapElements(text, (each) => moved(each, false))
  if (text[0] !== '{' || (!isNameMap && isResource(text))) return text
  return mapMembers(text, (key, value) => {
    if (!isNameMap && DATA.has(key)) return value
    if (!isNameMap && REFERENCES.has(key) && value[0] === '"') return movedPointer(value)
    return moved(value, !isNameMap && NAME_MAPS.has(key))
  })
}

function isResource(text: string): boolean {
  const id = membersOf(text, 0).find(({ key }) => key === '$id')
  if (!id || text[id.start] !== '"') return false
  return !(JSON.parse(text.slice(id.start, id.end)) as string).startsWith('#')
}

function movedPointer(text: string): string {
  const pointer = JSON.parse(text) as string
  return pointer === '#' || pointer.startsWith('#/') ? JSON.stringify(`#/properties/result${pointer.slice(1)}`) : text
}
