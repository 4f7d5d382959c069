/** The real client that stands for the agent in a client scenario: SDK v1 for the legacy era, SDK v2 for the modern one. */
import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'

/** The eras in which an agent drives the gateway. */
export const AGENTS = ['legacy-agent', 'modern-agent'] as const

/** One of them. */
export type AgentKind = (typeof AGENTS)[number]

/** A tool as the agent sees it. */
export interface SeenTool {
  name: string
  inputSchema: Record<string, unknown>
}

/** What the scripts need of a client of either era. */
export interface Agent {
  listTools(): Promise<{ tools: SeenTool[] }>
  callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<unknown>
  listResources(): Promise<{ resources: { uri: string }[] }>
  readResource(params: { uri: string }): Promise<unknown>
  listPrompts(): Promise<{ prompts: { name: string }[] }>
  getPrompt(params: { name: string }): Promise<unknown>
  close(): Promise<void>
}

const INFO = { name: 'conformance-agent', version: '1.0.0' }
// The suite wants the person's client to fill in defaults: both SDKs do it when asked to.
const CAPABILITIES = { capabilities: { elicitation: { form: { applyDefaults: true } } } }
const ACCEPT = { action: 'accept' as const, content: {} }

/** Connects a client that accepts whatever it is asked, with nothing filled in but the defaults. */
export async function connectAgent(kind: AgentKind, url: URL, key: string): Promise<Agent> {
  const options = { requestInit: { headers: { Authorization: `Bearer ${key}` } } }
  if (kind === 'legacy-agent') {
    const client = new ClientV1(INFO, CAPABILITIES)
    client.setRequestHandler(ElicitRequestSchema, () => ACCEPT)
    await client.connect(new TransportV1(url, options))
    return client
  }
  const client = new ClientV2(INFO, { ...CAPABILITIES, versionNegotiation: { mode: { pin: '2026-07-28' } } })
  client.setRequestHandler('elicitation/create', () => ACCEPT)
  await client.connect(new TransportV2(url, options))
  return client
}
