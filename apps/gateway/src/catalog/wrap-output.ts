/** Legacy clients only know output schemas and structured results that are objects: others are wrapped as `{ result: … }`, schema and value alike. */

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

/** The object schema whose only property `result` is the given schema. */
export function wrapOutputSchema(schema: Readonly<Record<string, unknown>>): Record<string, unknown> {
  // The dialect is a matter of the document's root.
  const { $schema, ...inner } = schema
  return {
    ...($schema === undefined ? {} : { $schema }),
    type: 'object',
    properties: { result: moved(isResource(inner) ? schema : inner, false) },
    required: ['result'],
  }
}

// The schema moves one level down, so pointers from its root must follow. A schema with an $id is a root of its own.
function moved(node: unknown, isNameMap: boolean): unknown {
  if (Array.isArray(node)) return node.map((each) => moved(each, false))
  if (node === null || typeof node !== 'object' || (!isNameMap && isResource(node))) return node
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => {
      if (!isNameMap && DATA.has(key)) return [key, value]
      if (!isNameMap && REFERENCES.has(key) && typeof value === 'string') return [key, movedPointer(value)]
      return [key, moved(value, !isNameMap && NAME_MAPS.has(key))]
    }),
  )
}

function isResource(node: object): boolean {
  return '$id' in node && typeof node.$id === 'string' && !node.$id.startsWith('#')
}

function movedPointer(pointer: string): string {
  if (pointer === '#') return '#/properties/result'
  return pointer.startsWith('#/') ? `#/properties/result${pointer.slice(1)}` : pointer
}
