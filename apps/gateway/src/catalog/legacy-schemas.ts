/** A tool's schemas as legacy clients can read them: output schemas that are objects, and properties that are no booleans. */
import { isObject } from '../wire/envelope.ts'
import { wrapOutputSchema } from './wrap-output.ts'

/** Whether the output schema is not one of objects, so that legacy clients get schema and results wrapped. */
export function isBareOutput(outputSchema: unknown): boolean {
  return isObject(outputSchema) && outputSchema.type !== 'object'
}

/** The members of a tool that legacy clients must be told otherwise, as JSON text; empty for nearly all tools. */
export function legacySchemas({ inputSchema, outputSchema }: Record<string, unknown>): Record<string, string> {
  const output = isBareOutput(outputSchema) ? wrapOutputSchema(outputSchema as Record<string, unknown>) : outputSchema
  const changes: Record<string, string> = {}
  if (output !== outputSchema || hasBooleanProperties(output)) changes.outputSchema = JSON.stringify(spelledOut(output))
  if (hasBooleanProperties(inputSchema)) changes.inputSchema = JSON.stringify(spelledOut(inputSchema))
  return changes
}

function hasBooleanProperties(schema: unknown): boolean {
  return (
    isObject(schema) &&
    isObject(schema.properties) &&
    Object.values(schema.properties).some((each) => typeof each === 'boolean')
  )
}

function spelledOut(schema: unknown): unknown {
  if (!isObject(schema) || !isObject(schema.properties)) return schema
  const properties = Object.entries(schema.properties).map(([name, each]) => {
    if (typeof each !== 'boolean') return [name, each]
    return [name, each ? {} : { not: {} }]
  })
  return { ...schema, properties: Object.fromEntries(properties) }
}
