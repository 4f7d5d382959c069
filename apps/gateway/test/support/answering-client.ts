/** The SDK's clients of both majors and both eras, which answer what they are asked as a story wants, and declare only what it has an answer to. */
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { CreateMessageRequestSchema, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import type { ClientKind } from './any-client.ts'

/** What a client answers. */
export interface AnswersOf {
  /** To a form. */
  person?: { action: 'accept' | 'decline' | 'cancel'; content?: Record<string, boolean> }
  /** To one sampling request after the other. */
  model?: string[]
}

/** A connected client. */
export interface AnsweringClient {
  /** The questions that it was asked, oldest first. */
  asked: string[]
  /** Notifications that it heard: the method, and of updates the URI. */
  heard: string[]
  /** A call's structured content, of a failed one `{ error }`. */
  // biome-ignore lint/suspicious/noExplicitAny: each tool answers in its own shape
  call(name: string, args: Record<string, unknown>): Promise<any>
  read(uri: string): Promise<{ text: string; ttlMs?: number }>
  resources(): Promise<string[]>
  tools(): Promise<string[]>
  /** The texts of a prompt's messages, those of resources in it too. */
  prompt(name: string, args: Record<string, string>): Promise<string[]>
  subscribe(uris: readonly string[]): Promise<void>
  close(): Promise<void>
}

const INFO = { name: 'story', version: '1' }

/** Connects to the endpoint at `url` with the key. */
export async function connectAnswering(
  kind: ClientKind,
  reach: { url: string; key: string },
  answers: AnswersOf = {},
): Promise<AnsweringClient> {
  const isModern = kind === 'SDK v2, modern'
  const options = {
    capabilities: { ...(answers.person ? { elicitation: {} } : {}), ...(answers.model ? { sampling: {} } : {}) },
    versionNegotiation: { mode: isModern ? { pin: '2026-07-28' } : ('legacy' as const) },
  }
  const requestInit = { headers: { Authorization: `Bearer ${reach.key}` } }
  const asked: string[] = []
  const heard: string[] = []
  const person = ({ params }: { params: { message?: string } }) => {
    asked.push(String(params.message))
    return { ...answers.person } as { action: 'accept' }
  }
  const model = ({ params }: { params: unknown }) => {
    asked.push(JSON.stringify(params))
    const text = answers.model?.shift() ?? 'no'
    return { role: 'assistant' as const, model: 'm', content: { type: 'text' as const, text } }
  }
  const hear = async ({ method, params }: { method: string; params?: Record<string, unknown> }) =>
    void heard.push(params?.uri === undefined ? method : `${method} ${params.uri}`)
  let client: ClientV2
  if (kind === 'SDK v1') {
    const old = new ClientV1(INFO, options)
    if (answers.person) old.setRequestHandler(ElicitRequestSchema, person)
    if (answers.model) old.setRequestHandler(CreateMessageRequestSchema, model)
    old.fallbackNotificationHandler = hear as never
    await old.connect(new HttpV1(new URL(reach.url), { requestInit }))
    // What the story uses of a client is alike in both majors.
    client = old as never
  } else {
    client = new ClientV2(INFO, options)
    if (answers.person) client.setRequestHandler('elicitation/create', person)
    if (answers.model) client.setRequestHandler('sampling/createMessage', model)
    client.fallbackNotificationHandler = hear as never
    await client.connect(new HttpV2(new URL(reach.url), { requestInit }))
  }
  return { asked, heard, ...faceOf(client, isModern) }
}

function faceOf(client: ClientV2, isModern: boolean): Omit<AnsweringClient, 'asked' | 'heard'> {
  return {
    call: async (name, args) => (await client.callTool({ name, arguments: args })).structuredContent,
    async read(uri) {
      const result = await client.readResource({ uri })
      const [first] = result.contents
      const text = first && 'text' in first ? String(first.text) : ''
      return typeof result.ttlMs === 'number' ? { text, ttlMs: result.ttlMs } : { text }
    },
    resources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    async prompt(name, args) {
      const { messages } = await client.getPrompt({ name, arguments: args })
      return messages.map(({ content }) =>
        content.type === 'text' ? content.text : content.type === 'resource' ? JSON.stringify(content.resource) : '',
      )
    },
    async subscribe(uris) {
      if (isModern) await client.listen({ resourceSubscriptions: [...uris], resourcesListChanged: true })
      else for (const uri of uris) await client.subscribeResource({ uri })
    },
    close: () => client.close(),
  }
}
