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

/** A connected client. */
export interface AnyClient {
  /** Methods of what it was asked, oldest first. */
  asked: string[]
  /** Methods of notifications that it heard, with the URI where there is one. */
  heard: string[]
  tools(): Promise<string[]>
  call(name: string, args?: object, options?: CallOptions): Promise<Called>
  read(uri: string): Promise<string>
  prompts(): Promise<string[]>
  prompt(name: string, args: Record<string, string>): Promise<string>
  complete(uriTemplate: string, name: string, value: string): Promise<string[]>
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
const CAPABILITIES = { elicitation: {}, sampling: {}, roots: {} }
const ANSWERS = {
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

async function connectV1(reach: Reach): Promise<AnyClient> {
  const asked: string[] = []
  const heard: string[] = []
  const client = new ClientV1(INFO, { capabilities: CAPABILITIES })
  const answer =
    <M extends keyof typeof ANSWERS>(method: M) =>
    () => {
      asked.push(method)
      return ANSWERS[method]
    }
  client.setRequestHandler(ElicitRequestSchema, answer('elicitation/create'))
  client.setRequestHandler(CreateMessageRequestSchema, answer('sampling/createMessage'))
  client.setRequestHandler(ListRootsRequestSchema, answer('roots/list'))
  client.fallbackNotificationHandler = async ({ method, params }) => void heard.push(heardAs(method, params))
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
  const asked: string[] = []
  const heard: string[] = []
  const client = new ClientV2(INFO, {
    capabilities: CAPABILITIES,
    versionNegotiation: { mode: isModern ? { pin: '2026-07-28' } : 'legacy' },
    listChanged: {
      tools: { onChanged: () => void heard.push('notifications/tools/list_changed'), autoRefresh: false },
    },
  })
  const answer =
    <M extends keyof typeof ANSWERS>(method: M) =>
    () => {
      asked.push(method)
      return ANSWERS[method]
    }
  client.setRequestHandler('elicitation/create', answer('elicitation/create'))
  client.setRequestHandler('sampling/createMessage', answer('sampling/createMessage'))
  client.setRequestHandler('roots/list', answer('roots/list'))
  client.setNotificationHandler(
    'notifications/resources/updated',
    ({ method, params }) => void heard.push(heardAs(method, params)),
  )
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
    async complete(uri: string, name: string, value: string) {
      const { completion } = await client.complete({ ref: { type: 'ref/resource', uri }, argument: { name, value } })
      return completion.values
    },
    close: () => client.close(),
  }
}

function http(reach: Reach): [URL, { requestInit: { headers: Record<string, string> } }] {
  if (!('url' in reach)) throw new Error('Not over HTTP')
  return [new URL(reach.url), { requestInit: { headers: { Authorization: `Bearer ${reach.key}` } } }]
}

function heardAs(method: string, params: object | undefined): string {
  const { uri } = (params ?? {}) as { uri?: unknown }
  return uri === undefined ? method : `${method} ${String(uri)}`
}
