/** The two clients of the story: the official SDKs v2 (modern era) and v1 (legacy era), behind the few calls that the story makes. */
import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'

/** How a tool call ended: the text that a model would read, and the structured half. */
export interface ToolOutcome {
  text: string
  data: Record<string, unknown>
  isError: boolean
}

/** One agent's connection. */
export interface StoryClient {
  /** Which SDK and era it is. */
  name: string
  toolNames(): Promise<string[]>
  /** @throws when the gateway does not know the tool for this agent */
  call(tool: string, args: Record<string, unknown>): Promise<ToolOutcome>
  close(): Promise<void>
}

const INFO = { name: 'causeway-story', version: '1.0.0' }

/** Connects with SDK v2, which speaks the stateless revision. */
export async function connectModern(url: string, key: string): Promise<StoryClient> {
  const client = new ClientV2(INFO, { versionNegotiation: { mode: 'auto' } })
  await client.connect(new TransportV2(new URL(url), { requestInit: withKey(key) }))
  return {
    name: 'SDK v2 (2026-07-28)',
    toolNames: async () => (await client.listTools()).tools.map((tool) => tool.name),
    call: async (name, args) => toOutcome(await client.callTool({ name, arguments: args })),
    close: () => client.close(),
  }
}

/** Connects with SDK v1, which opens a session by `initialize`. */
export async function connectLegacy(url: string, key: string): Promise<StoryClient> {
  const client = new ClientV1(INFO)
  await client.connect(new TransportV1(new URL(url), { requestInit: withKey(key) }))
  return {
    name: 'SDK v1 (2025-11-25)',
    toolNames: async () => (await client.listTools()).tools.map((tool) => tool.name),
    call: async (name, args) => toOutcome(await client.callTool({ name, arguments: args })),
    close: () => client.close(),
  }
}

function withKey(key: string): RequestInit {
  return { headers: { Authorization: `Bearer ${key}` } }
}

function toOutcome(result: {
  [key: string]: unknown
  content?: unknown
  structuredContent?: unknown
  isError?: unknown
}): ToolOutcome {
  const blocks = (result.content ?? []) as { type: string; text?: string }[]
  return {
    text: blocks.flatMap((block) => block.text ?? []).join('\n'),
    data: (result.structuredContent ?? {}) as Record<string, unknown>,
    isError: result.isError === true,
  }
}
