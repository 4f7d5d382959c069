/** `domain.manifest.json`: what a domain server promises of itself and of each tool, made from its declaration. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { DomainServer } from './define-domain-server.ts'
import type { ToolDefinition } from './define-tool.ts'
import { stableJson } from './stable-json.ts'
import { inputJsonSchema, type JsonSchema, outputJsonSchema } from './tool-schema.ts'

const version = z.string().regex(/^\d+\.\d+\.\d+$/)

/** What is promised of one tool; the same stands in its `_meta`. */
export const ToolManifest = z.strictObject({
  version,
  since: version,
  deprecation: z
    .strictObject({ since: version, removeAfter: z.iso.date(), replacement: z.string().optional() })
    .optional(),
  aliases: z.array(z.string()),
  effect: z.enum(['read', 'write', 'destroy']),
  scopes: z.array(z.string()).min(1),
  timeoutMs: z.int().positive(),
  /** SHA-256 of both schemas, in hexadecimal digits. */
  schemaHash: z.string().regex(/^[0-9a-f]{64}$/),
})
export type ToolManifest = z.output<typeof ToolManifest>

/** The file. */
export const DomainManifest = z.strictObject({
  id: z.string(),
  title: z.string(),
  version,
  owner: z.string(),
  stability: z.enum(['experimental', 'beta', 'stable']),
  tools: z.record(z.string(), ToolManifest),
})
export type DomainManifest = z.output<typeof DomainManifest>

/** Both schemas of a tool as lists carry them. */
export interface ToolSchemas {
  input: JsonSchema
  output: JsonSchema
}

/** What a version promised of its tools' schemas, for the versions after it to be held against. */
export interface Release {
  version: string
  tools: Record<string, { version: string } & ToolSchemas>
}

/** @throws when a version or a date is not one */
export function manifestOf<Services>(server: DomainServer<Services>): DomainManifest {
  const { id, title, version, owner, stability = 'stable' } = server
  const tools = server.tools.map((tool) => [tool.name, toolManifest(tool, schemasOf(tool))])
  return DomainManifest.parse({ id, title, version, owner, stability, tools: Object.fromEntries(tools) })
}

/** What this version would promise once it is released. */
export function releaseOf<Services>({ version, tools }: DomainServer<Services>): Release {
  const promised = tools.map((tool) => [tool.name, { version: tool.version, ...schemasOf(tool) }])
  return { version, tools: Object.fromEntries(promised) }
}

/** The facts of one tool. */
export function toolManifest(tool: Omit<ToolDefinition, 'run'>, schemas: ToolSchemas): ToolManifest {
  const { version, since, deprecation, aliases, effect, scopes, timeoutMs } = tool
  return {
    version,
    since,
    ...(deprecation ? { deprecation } : {}),
    aliases: [...aliases],
    effect,
    scopes: [...scopes],
    timeoutMs,
    schemaHash: createHash('sha256')
      .update(stableJson([schemas.input, schemas.output]))
      .digest('hex'),
  }
}

function schemasOf({ input, output }: Pick<ToolDefinition, 'input' | 'output'>): ToolSchemas {
  return { input: inputJsonSchema(input), output: outputJsonSchema(output) }
}
