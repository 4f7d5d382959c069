/** Legacy clients only know output schemas and structured results that are objects: others are wrapped as `{ result: … }`, schema and value alike. */

const NAME_MAPS = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'])
const DATA = new Set(['const', 'enum', 'default', 'examples'])

/** The object schema whose only property `result` is the given schema. */
export function wrapOutputSchema(schema: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    type: 'object',
    properties: { result: typeof schema.$id === 'string' ? schema : moved(schema, false) },
    required: ['result'],
  }
}

// The schema moves one level down, so pointers from its root must follow.
function moved(node: unknown, isNameMap: boolean): unknown {
  if (Array.isArray(node)) return node.map((each) => moved(each, false))
  if (node === null || typeof node !== 'object') return node
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => {
      if (!isNameMap && DATA.has(key)) return [key, value]
      if (!isNameMap && (key === '$ref' || key === '$dynamicRef') && typeof value === 'string')
        return [key, movedPointer(value)]
      return [key, moved(value, !isNameMap && NAME_MAPS.has(key))]
    }),
  )
}

function movedPointer(pointer: string): string {
  if (pointer === '#') return '#/properties/result'
  return pointer.startsWith('#/') ? `#/properties/result${pointer.slice(1)}` : pointer
}
