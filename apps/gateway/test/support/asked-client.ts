/** SDK clients that can be asked everything and keep what they heard: v1, and v2 in both eras, behind one face. */
import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'

/** What both SDKs' clients can do in the same way. */
type Face = Pick<
  ClientV2,
  'listTools' | 'listResources' | 'readResource' | 'getPrompt' | 'listPrompts' | 'complete' | 'close'
>

export interface AskedClient extends Face {
  /** What it was asked, newest last. */
  asked: { method: string; params: Record<string, unknown> }[]
  /** Notifications that no call took, newest last. */
  heard: { method: string; params?: Record<string, unknown> }[]
  /** Calls a tool that answers with JSON as text. */
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<unknown>
  /** Asks to hear when the resource changes. */
  subscribe(uri: string): Promise<void>
}

interface CallOptions {
  signal?: AbortSignal
  onprogress?: (progress: { progress: number }) => void
}

const INFO = { name: 'story', version: '1.0.0' }
const CAPABILITIES = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} }
/** What it answers. */
export const ANSWERS = {
  'elicitation/create': { action: 'accept' as const, content: { color: 'green' } },
  'sampling/createMessage': {
    role: 'assistant' as const,
    content: { type: 'text' as const, text: 'hello' },
    model: 'story',
  },
  'roots/list': { roots: [{ uri: 'file:///story', name: 'story' }] },
}

// A link is opened, and nothing is filled in.
function answerOf(method: keyof typeof ANSWERS, params: unknown) {
  const isLink = (params as { mode?: string } | undefined)?.mode === 'url'
  return isLink ? { action: 'accept' as const } : ANSWERS[method]
}

interface ToolResult {
  content?: unknown
  isError?: unknown
}

const parsed = ({ content, isError }: ToolResult) => {
  const [{ text }] = content as [{ text: string }]
  if (isError) throw new Error(text)
  return JSON.parse(text) as unknown
}

const transportOptions = (key: string) => ({ requestInit: { headers: { Authorization: `Bearer ${key}` } } })

async function connectV1(url: string, key: string): Promise<AskedClient> {
  const client = new ClientV1(INFO, { capabilities: CAPABILITIES })
  const asked: AskedClient['asked'] = []
  const heard: AskedClient['heard'] = []
  const answer =
    <M extends keyof typeof ANSWERS>(method: M) =>
    ({ params }: { params?: unknown }) => {
      asked.push({ method, params: (params ?? {}) as Record<string, unknown> })
      return answerOf(method, params) as (typeof ANSWERS)[M]
    }
  client.setRequestHandler(ElicitRequestSchema, answer('elicitation/create'))
  client.setRequestHandler(CreateMessageRequestSchema, answer('sampling/createMessage'))
  client.setRequestHandler(ListRootsRequestSchema, answer('roots/list'))
  client.fallbackNotificationHandler = async (notification) => void heard.push(notification)
  await client.connect(new TransportV1(new URL(url), transportOptions(key)))
  return Object.assign(client as unknown as Face, {
    asked,
    heard,
    call: async (name: string, args = {}, options: CallOptions = {}) =>
      parsed((await client.callTool({ name, arguments: args }, undefined, options)) as ToolResult),
    subscribe: async (uri: string) => void (await client.subscribeResource({ uri })),
  })
}

function connectV2(mode: 'legacy' | { pin: string }) {
  return async (url: string, key: string): Promise<AskedClient> => {
    const client = new ClientV2(INFO, { capabilities: CAPABILITIES, versionNegotiation: { mode } })
    const asked: AskedClient['asked'] = []
    const heard: AskedClient['heard'] = []
    const answer =
      <M extends keyof typeof ANSWERS>(method: M) =>
      ({ params }: { params?: unknown }) => {
        asked.push({ method, params: (params ?? {}) as Record<string, unknown> })
        return answerOf(method, params) as (typeof ANSWERS)[M]
      }
    client.setRequestHandler('elicitation/create', answer('elicitation/create'))
    client.setRequestHandler('sampling/createMessage', answer('sampling/createMessage'))
    client.setRequestHandler('roots/list', answer('roots/list'))
    client.fallbackNotificationHandler = async (notification) => void heard.push(notification)
    await client.connect(new TransportV2(new URL(url), transportOptions(key)))
    return Object.assign(client as Face, {
      asked,
      heard,
      call: async (name: string, args = {}, options: CallOptions = {}) =>
        parsed(await client.callTool({ name, arguments: args }, options)),
      subscribe: async (uri: string) =>
        void (await (mode === 'legacy'
          ? client.subscribeResource({ uri })
          : client.listen({ resourceSubscriptions: [uri], toolsListChanged: true }))),
    })
  }
}

/** The clients by name, each with how to connect it. */
export const ASKED_CLIENTS = [
  { client: 'SDK v1', era: 'legacy', connect: connectV1 },
  { client: 'SDK v2, modern', era: 'modern', connect: connectV2({ pin: '2026-07-28' }) },
  { client: 'SDK v2, legacy', era: 'legacy', connect: connectV2('legacy') },
] as const
