/** The tool reference, made from the definitions: what each tool takes and answers. */
import type { DomainServer } from '@causeway/shared-contracts/define-domain-server'
import type { ToolDefinition } from '@causeway/shared-contracts/define-tool'
import { inputJsonSchema, type JsonSchema } from '@causeway/shared-contracts/tool-schema'
import { z } from 'zod'
import type { ProjectServices } from './open-services.ts'

type Tool = ToolDefinition<ProjectServices>
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

const SETS = [
  {
    title: 'Core',
    note: 'What every client gets, and all that `--tools core` offers.',
    has: (tool: Tool) => !setOf(tool),
  },
  {
    title: 'Planning',
    note: 'Many tasks at once, sprints, workload and reports.',
    has: (tool: Tool) => setOf(tool) === 'planning',
  },
  {
    title: 'Administration',
    note: 'Projects, and what deletes or undoes it.',
    has: (tool: Tool) => setOf(tool) === 'admin',
  },
]

/** Markdown of the whole reference. */
export function toolReference(server: DomainServer<ProjectServices>): string {
  const sections = SETS.flatMap(({ title, note, has }) => [
    `## ${title}`,
    note,
    ...server.tools.filter(has).flatMap(toolSection),
  ])
  const intro = `What the tools of the ${server.id} domain server take and answer, made from their definitions by \`node packages/server-projects/cli/write-tool-reference.ts\`. What they have in common is in the [README](README.md).`
  return `${['# Tools', intro, ...sections].join('\n\n')}\n`
}

function toolSection(tool: Tool): string[] {
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

function setOf({ tags }: Tool): string | undefined {
  return ['planning', 'admin'].find((set) => tags.includes(set))
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
