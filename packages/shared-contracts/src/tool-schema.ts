/** Turns zod schemas into the JSON Schemas that lists carry, as small as they can be without losing a bound. */
import { z } from 'zod'

export type JsonSchema = Record<string, unknown>

/** What the MCP SDK takes as a schema: here it only advertises, because {@link runTool} validates with zod itself. */
export interface AdvertisedSchema {
  '~standard': {
    version: 1
    vendor: 'causeway'
    types?: { input: unknown; output: unknown }
    validate(value: unknown): { value: unknown }
    jsonSchema: { input(): JsonSchema; output(): JsonSchema }
  }
}

/** JSON Schema (2020-12) of a tool's arguments; unknown arguments are refused, so that a misspelled one is noticed. */
export function inputJsonSchema(input: z.ZodObject): JsonSchema {
  return trimmed(z.toJSONSchema(input.strict(), { io: 'input', override: ({ jsonSchema }) => dropNoise(jsonSchema) }))
}

/**
 * JSON Schema (2020-12) of a tool's structured result: the data, or an object with `error`.
 * Clients of the legacy SDK validate failed results too, so the schema must admit them.
 */
export function outputJsonSchema(output: z.ZodObject): JsonSchema {
  const data = trimmed(
    z.toJSONSchema(output, {
      io: 'output',
      override: ({ jsonSchema }) => {
        dropNoise(jsonSchema)
        if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
      },
    }),
  )
  const { type: _type, $defs, ...rest } = data
  return { type: 'object', anyOf: [rest, { required: ['error'] }], ...($defs ? { $defs } : {}) }
}

/** Wraps a JSON Schema for the SDK's registration calls. */
export function advertise(json: JsonSchema): AdvertisedSchema {
  return {
    '~standard': {
      version: 1,
      vendor: 'causeway',
      validate: (value) => ({ value }),
      jsonSchema: { input: () => json, output: () => json },
    },
  }
}

function trimmed({ $schema: _dialect, ...schema }: JsonSchema): JsonSchema {
  return schema
}

// zod writes the safe-integer range on every integer; it bounds nothing a JSON number could not already say.
function dropNoise(schema: { maximum?: unknown; minimum?: unknown }): void {
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
}
