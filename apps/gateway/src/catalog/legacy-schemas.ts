/** A tool's schemas as legacy clients can read them: output schemas that are objects, and properties that are no booleans. */
import { isObject } from '../wire/envelope.ts'
import { mapMembers, memberText } from '../wire/json-span.ts'
import { wrapOutputSchema } from './wrap-output.ts'

/** Whether the output schema is not one of objects, so that legacy clients get schema and results wrapped. */
export function isBareOutput(outputSchema: unknown): boolean {
  return isObject(outputSchema) && outputSchema.type !== 'object'
}

/**
 * The members of a tool that legacy clients must be told otherwise, as JSON text; empty for nearly all tools.
 * @param text the definition
 * @param value the same, parsed
 */
export function legacySchemas(text: string, { inputSchema, outputSchema }: Record<string, unknown>) {
  const changes: Record<string, string> = {}
  const isBare = isBareOutput(outputSchema)
  const isOutputOdd = isBare || hasBooleanProperties(outputSchema)
  const isInputOdd = hasBooleanProperties(inputSchema)
  if (!isOutputOdd && !isInputOdd) return changes
  const textOf = (key: string) => memberText(text, key) as string
  if (isOutputOdd)
    changes.outputSchema = isBare ? wrapOutputSchema(textOf('outputSchema')) : spelledOut(textOf('outputSchema'))
  if (isInputOdd) changes.inputSchema = spelledOut(textOf('inputSchema'))
  return changes
}

function hasBooleanProperties(schema: unknown): boolean {
  return (
    isObject(schema) &&
    isObject(schema.properties) &&
    Object.values(schema.properties).some((each) => typeof each === 'boolean')
  )
}

function spelledOut(schema: string): string {
  const spelled = (_: string, value: string) => (value === 'true' ? '{}' : value === 'false' ? '{"not":{}}' : value)
  return mapMembers(schema, (key, value) => (key === 'properties' ? mapMembers(value, spelled) : value))
}
