/** One tool in a domain server's tool reference, made from its definition: what it takes and answers. */
import { z } from 'zod'
import type { ToolDefinition } from './define-tool.ts'
import { inputJsonSchema, type JsonSchema } from './tool-schema.ts'

type Schema = JsonSchema & {
  type?: string | string[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  anyOf?: Schema[]
  enum?: unknown[]
  default?: unknown
  description?: string
}

/** Paragraphs of markdown, under a heading of the third level. */
export function toolSection<Services>(tool: ToolDefinition<Services>): string[] {
  const { name, title, description, effect, scopes, since } = tool
  const input = inputJsonSchema(tool.input) as Schema
  const output = z.toJSONSchema(tool.output, { io: 'output' }) as Schema
  const rows = Object.entries(input.properties ?? {}).map(([field, schema]) => {
    const isRequired = input.required?.includes(field) ? 'yes' : ''
    return `| \`${field}\` | ${typeOf(schema)} | ${isRequired} | ${cell(schema.description ?? '')} |`
  })
  const facts = [
    `${effect}${tool.idempotent && effect !== 'read' ? ', idempotent' : ''}`,
    scopes.map((scope) => `\`${scope}\``).join(', '),
    `since ${since}`,
  ]
  return [
    `### \`${name}\`: ${title.toLowerCase()}`,
    description,
    facts.join(' · '),
    ...(rows.length > 0
      ? [['| argument | type | required | what it is |', '|---|---|---|---|', ...rows].join('\n')]
      : []),
    `Answers ${Object.keys(output.properties ?? {})
      .map((field) => `\`${field}\``)
      .join(', ')}.`,
  ]
}

function typeOf(schema: Schema): string {
  const { enum: values, items, anyOf, properties } = schema
  const preset = schema.default === undefined ? '' : `, \`${JSON.stringify(schema.default)}\` unless given`
  if (values) return `${values.map((value) => `\`${value}\``).join(', ')}${preset}`
  if (anyOf) return `${anyOf.map(typeOf).join(' or ')}${preset}`
  if (items) return `list${boundsOf(schema, 'Items')}: ${typeOf(items)}${preset}`
  if (properties) return `{ ${Object.keys(properties).join(', ')} }${preset}`
  const type = schema.type === 'string' ? 'text' : schema.type
  return `${type}${boundsOf(schema, 'Length')}${rangeOf(schema)}${preset}`
}

function boundsOf(schema: Schema, what: 'Items' | 'Length'): string {
  const [least, most] = [schema[`min${what}`], schema[`max${what}`]]
  if (most === undefined) return ''
  return ` of ${least === undefined ? 'at most ' : `${least} to `}${most}${what === 'Length' ? ' characters' : ''}`
}

function rangeOf({ minimum, maximum }: Schema): string {
  if (minimum === undefined) return ''
  return maximum === undefined ? ` ≥ ${minimum}` : ` ${minimum} to ${maximum}`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
