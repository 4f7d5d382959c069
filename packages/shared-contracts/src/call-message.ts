/** The message contracts of a tool call: what the gateway says of a call, what the domain server says of its answer, and the context between calls. */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'

/** Version of these contracts; a domain server that speaks it says so of each of its tools. */
export const MESSAGES_VERSION = 1
/** Most bytes of a context, as JSON. */
export const MAX_CONTEXT_BYTES = 2_048
/** How long a context lives unless its tool says otherwise, ms. */
export const CONTEXT_LIFE_MS = 60 * 60_000
const MAX_CONTEXT_LIFE_MS = 24 * 60 * 60_000

const id = z.string().min(1).max(128)

/** What a context holds: a small object of JSON values. */
export const ContextValues = z
  .record(z.string().max(64), z.json())
  .refine((values) => Buffer.byteLength(JSON.stringify(values)) <= MAX_CONTEXT_BYTES, 'Larger than a context may be')
export type ContextValues = z.output<typeof ContextValues>

/** What the context is from now on, in whole. */
export const ContextUpdate = z.object({
  /** `null` ends the context. */
  values: ContextValues.nullable(),
  /** An hour unless given, a day at most, ms. */
  ttlMs: z.int().min(1).max(MAX_CONTEXT_LIFE_MS).optional(),
})
export type ContextUpdate = z.output<typeof ContextUpdate>

/** What the gateway says of one call. */
export const ToolRequest = z.object({
  type: z.literal('toolRequest'),
  /** Of this call alone. */
  messageId: id,
  agent: z.string().min(1),
  /** The user the agent acts for. */
  user: z.string().min(1).optional(),
  /** URL where the agent's request came in. */
  origin: z.string().min(1),
  /** The same in every log, audit record and third-party request. */
  correlationId: id,
  /** What the agent hands on, for a tool that asks for it. */
  context: ContextValues.optional(),
})
export type ToolRequest = z.output<typeof ToolRequest>

/** What a domain server says of its answer. */
export const ToolResponse = z.object({
  type: z.literal('toolResponse'),
  messageId: id,
  /** The `messageId` of the request. */
  inReplyTo: id,
  correlationId: id,
  contextUpdate: ContextUpdate.optional(),
})
export type ToolResponse = z.output<typeof ToolResponse>

/**
 * The answer to a request.
 * @throws when the update is larger or lives longer than a context may
 */
export function replyTo(request: ToolRequest, contextUpdate?: ContextUpdate): ToolResponse {
  const { messageId: inReplyTo, correlationId } = request
  return {
    type: 'toolResponse',
    messageId: randomUUID(),
    inReplyTo,
    correlationId,
    ...(contextUpdate ? { contextUpdate: ContextUpdate.parse(contextUpdate) } : {}),
  }
}
