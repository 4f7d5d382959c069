/** What a list says of a tool beside its name: texts, schemas, annotations, and the facts that govern it. */
import { MESSAGES_VERSION } from './call-message.ts'
import type { DomainServer } from './define-domain-server.ts'
import type { ToolDefinition } from './define-tool.ts'
import { toolManifest } from './domain-manifest.ts'
import { type AdvertisedSchema, advertise, inputJsonSchema, outputJsonSchema } from './tool-schema.ts'
import { TOOL_META_KEY } from './wire-names.ts'

/** In the form in which the SDK registers a tool. */
export interface ToolListing {
  title: string
  description: string
  inputSchema: AdvertisedSchema
  outputSchema: AdvertisedSchema
  annotations: { readOnlyHint: boolean; destructiveHint: boolean; idempotentHint: boolean; openWorldHint: boolean }
  _meta: Record<string, unknown>
}

/** Converts schemas and hashes them: make it once a tool and not once a request. */
export function listingOf<Services>(tool: ToolDefinition<Services>, server: DomainServer<Services>): ToolListing {
  const schemas = { input: tool.inputSchema ?? inputJsonSchema(tool.input), output: outputJsonSchema(tool.output) }
  const { owner, stability = 'stable' } = server
  return {
    title: tool.title,
    description: describe(tool),
    inputSchema: advertise(schemas.input),
    outputSchema: advertise(schemas.output),
    annotations: {
      readOnlyHint: tool.effect === 'read',
      destructiveHint: tool.effect === 'destroy',
      idempotentHint: tool.idempotent,
      openWorldHint: tool.openWorld,
    },
    _meta: {
      [TOOL_META_KEY]: { owner, stability, tags: tool.tags, ...toolManifest(tool, schemas), ...messagesOf(tool) },
    },
  }
}

function describe({ description, deprecation }: Pick<ToolDefinition, 'description' | 'deprecation'>): string {
  if (!deprecation) return description
  const instead = deprecation.replacement ? `; use ${deprecation.replacement}` : ''
  return `Deprecated, gone after ${deprecation.removeAfter}${instead}. ${description}`
}

function messagesOf({ usesContext }: Pick<ToolDefinition, 'usesContext'>) {
  return { messages: MESSAGES_VERSION, ...(usesContext ? { usesContext } : {}) }
}
