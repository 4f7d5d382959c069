/** The JSON Schema of `causeway.yaml`, which editors read and `--print-schema` prints. */
import { z } from 'zod'
import { configSchema } from './schema.ts'

/** A node of a JSON Schema, as far as it is walked here. */
export interface JsonSchema {
  properties?: Record<string, JsonSchema>
  additionalProperties?: JsonSchema | boolean
  items?: JsonSchema
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  [keyword: string]: unknown
}

/** The schema of the file as people write it. Draft 7, because that is what editors know for YAML. */
export function jsonSchemaOfConfig(): JsonSchema {
  return z.toJSONSchema(configSchema, { io: 'input', target: 'draft-07', unrepresentable: 'any' }) as JsonSchema
}

const MAX_LINE = 120

/** The schema as the text of a file, laid out as the formatter has it. */
export function printSchema(): string {
  const text = JSON.stringify(jsonSchemaOfConfig(), null, 2)
  return `${text.replace(/^(.*)\[\n([^[\]{}]+)\n *\](,?)$/gm, onOneLine)}\n`
}

function onOneLine(asItWas: string, before: string, items: string, after: string): string {
  const line = `${before}[${items.trim().replace(/\n */g, ' ')}]${after}`
  return line.length > MAX_LINE ? asItWas : line
}
