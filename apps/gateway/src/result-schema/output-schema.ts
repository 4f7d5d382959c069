/** The output schema that a tool declares, as its upstream wrote it. */
import { hash } from 'node:crypto'
import type { Definition } from '../catalog/definition.ts'
import { isObject } from '../wire/envelope.ts'

/** JSON text of a schema, and what names it. */
export interface OutputSchema {
  key: string
  text: string
}

const known = new WeakMap<Definition, OutputSchema | null>()

/** The schema, or `undefined` where the tool declares none; worked out once for each definition. */
export function outputSchemaOf(definition: Definition): OutputSchema | undefined {
  let schema = known.get(definition)
  if (schema === undefined) {
    const { outputSchema } = JSON.parse(definition.text) as { outputSchema?: unknown }
    const text = isObject(outputSchema) ? JSON.stringify(outputSchema) : undefined
    schema = text === undefined ? null : { key: hash('sha256', text, 'base64url'), text }
    known.set(definition, schema)
  }
  return schema ?? undefined
}
