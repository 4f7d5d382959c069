/** The official SDK's clients of both majors and both eras with one face, over HTTP or as the parent of a process on pipes. */
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client'
import { StdioClientTransport as PipesV2 } from '@modelcontextprotocol/client/stdio'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as PipesV1 } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'

/** Which client it is. */
export const CLIENTS = ['SDK v1', 'SDK v2, modern', 'SDK v2, legacy'] as const
export type ClientKind = (typeof CLIENTS)[number]

/** Where it connects. */
export type Reach =
  | { url: string; key: string }
  | { command: string; args: string[]; env: Record<string, string>; onStderr?: (text: string) => void }

/** A call's result as stories compare it. */
export interface Called {
  content: { type: string; text?: string }[]
  structuredContent?: unknown
  isError?: boolean
}

/** A request that a client was asked, or a notification that it heard. */
export interface Heard {
  method: string
  params: Record<string, unknown>
}

/** A connected client. */
export interface AnyClient {
  /** What it was asked, oldest first. */
  asked: Heard[]
  /** Notifications that no call took, oldest first. */
  heard: Heard[]
  tools(): Promise<string[]>
  call(name: string, args?: object, options?: CallOptions): Promise<Called>
  read(uri: string): Promise<string>
  prompts(): Promise<string[]>
  prompt(name: string, args: Record<string, string>): Promise<string>
  /** @param of a URI template or the name of a prompt */
  complete(of: string, name: string, value: string): Promise<string[]>
  subscribe(uri: string): Promise<void>
  /** Process id of the other end, where it is a process. */
  pid: number | null
  close(): Promise<void>
}

export interface CallOptions {
  signal?: AbortSignal
  onprogress?: (progress: { progress: number }) => void
  timeout?: number
}

const INFO = { name: 'story', version: '1.0.0' }
const LIST_CHANGED = 'notifications/tools/list_changed'
/** What it declares. */
export const CAPABILITIES = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} }
/** What it answers when it is asked; a link it opens without filling anything in. */
export const ANSWERS = {
  'elicitation/create': { action: 'accept' as const, content: { color: 'green' } },
  'sampling/createMessage': {
    role: 'assistant' as const,
    content: { type: 'text' as const, text: 'hello' },
    model: 'story',
  },
  'roots/list': { roots: [{ uri: 'file:///story', name: 'story' }] },
}

/** Connects. */
export async function connectAny(kind: ClientKind, reach: Reach): Promise<AnyClient> {
  return kind === 'SDK v1' ? connectV1(reach) : connectV2(reach, kind === 'SDK v2, modern')
}

/** What a tool says that answers with JSON as text; throws what one says that failed. */
export function told({ content, isError }: Called): unknown {
  const text = content[0]?.text ?? 'null'
  if (isError) throw new Error(text)
  return JSON.parse(text)
}

// Keeps what a client is asked and hears.
function remember() {
  const asked: Heard[] = []
  const heard: Heard[] = []
  const answer =
    <M extends keyof typeof ANSWERS>(method: M) =>
    ({ params = {} }: { params?: unknown }) => {
      asked.push({ method, params: params as Heard['params'] })
      const isLink = (params as { mode?: string }).mode === 'url'
      return (isLink ? { action: 'accept' } : ANSWERS[method]) as (typeof ANSWERS)[M]
    }
  const hear = async ({ method, params = {} }: Partial<Heard> & { method: string }) =>
    void heard.push({ method, params })
  return { asked, heard, answer, hear }
}

async function connectV1(reach: Reach): Promise<AnyClient> {
  const { asked, heard, answer, hear } = remember()
  const client = new ClientV1(INFO, { capabilities: CAPABILITIES })
  client.setRequestHandler(ElicitRequestSchema, answer('elicitation/create'))
  client.setRequestHandler(CreateMessageRequestSchema, answer('sampling/createMessage'))
  client.setRequestHandler(ListRootsRequestSchema, answer('roots/list'))
  client.fallbackNotificationHandler = hear
  const pipes = 'command' in reach ? new PipesV1({ ...reach, stderr: 'pipe' }) : undefined
  if ('onStderr' in reach) pipes?.stderr?.on('data', (chunk) => reach.onStderr?.(String(chunk)))
  await client.connect(pipes ?? new HttpV1(...http(reach)))
  return {
    ...faceOf(client as never),
    asked,
    heard,
    call: (name, args = {}, options) =>
      client.callTool({ name, arguments: { ...args } }, undefined, options) as Promise<Called>,
    subscribe: async (uri) => void (await client.subscribeResource({ uri })),
    pid: pipes?.pid ?? null,
  }
}

async function connectV2(reach: Reach, isModern: boolean): Promise<AnyClient> {
  const { asked, heard, answer, hear } = remember()
  const client = new ClientV2(INFO, {
    capabilities: CAPABILITIES,
    versionNegotiation: { mode: isModern ? { pin: '2026-07-28' } : 'legacy' },
    listChanged: { tools: { onChanged: () => void hear({ method: LIST_CHANGED }), autoRefresh: false } },
  })
  client.setRequestHandler('elicitation/create', answer('elicitation/create'))
  client.setRequestHandler('sampling/createMessage', answer('sampling/createMessage'))
  client.setRequestHandler('roots/list', answer('roots/list'))
  client.fallbackNotificationHandler = hear
  const pipes = 'command' in reach ? new PipesV2({ ...reach, stderr: 'pipe' }) : undefined
  if ('onStderr' in reach) pipes?.stderr?.on('data', (chunk) => reach.onStderr?.(String(chunk)))
  await client.connect(pipes ?? new HttpV2(...http(reach)))
  return {
    ...faceOf(client),
    asked,
    heard,
    call: (name, args = {}, options) =>
      client.callTool({ name, arguments: { ...args } }, options) as unknown as Promise<Called>,
    async subscribe(uri) {
      if (isModern) await client.listen({ resourceSubscriptions: [uri] })
      else await client.subscribeResource({ uri })
    },
    pid: pipes?.pid ?? null,
  }
}

// What both majors have in common.
function faceOf(client: ClientV2) {
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    async read(uri: string) {
      const [first] = (await client.readResource({ uri })).contents
      return first && 'text' in first ? String(first.text) : ''
    },
    prompts: async () => (await client.listPrompts()).prompts.map(({ name }) => name),
    async prompt(name: string, args: Record<string, string>) {
      const [message] = (await client.getPrompt({ name, arguments: args })).messages
      return message?.content.type === 'text' ? message.content.text : ''
    },
    async complete(of: string, name: string, value: string) {
      const isTemplate = of.includes('://')
      const ref = isTemplate ? { type: 'ref/resource' as const, uri: of } : { type: 'ref/prompt' as const, name: of }
      const { completion } = await client.complete({ ref, argument: { name, value } })
      return completion.values
    },
    close: () => client.close(),
  }
}

function http(reach: Reach): [URL, { requestInit: { headers: Record<string, string> } }] {
  if (!('url' in reach)) throw new Error('Not over HTTP')
  return [new URL(reach.url), { requestInit: { headers: { Authorization: `Bearer ${reach.key}` } } }]
}
