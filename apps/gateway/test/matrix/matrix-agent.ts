/** The agents of the matrix: a real client of each era that answers all that it is asked and remembers what it heard. */
import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client'
import { SkillsClient } from '@modelcontextprotocol/client/ext/skills'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { connectV2, postModern } from '../support/clients.ts'
import type { Era } from './cells.ts'

/** A connected agent. */
export interface MatrixAgent {
  era: Era
  client: ClientV2
  /** What it was asked, newest last. */
  asked: { method: string; params: Record<string, unknown> }[]
  /** The notifications that came, each with its URI if it has one. */
  heard: string[]
  /** The log messages that came, newest last. */
  logged: unknown[]
  /** Calls a tool and returns the text of its result. */
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<string>
  /** A modern request that no SDK sends yet, such as those that follow tasks; resolves with its result. */
  request(method: string, params: Record<string, unknown>): Promise<Record<string, unknown>>
  /** A client of the same era that knows skills, which SDK v1 does not. */
  withSkills(): Promise<{ client: ClientV2; skills: SkillsClient }>
  /** Asks to be told of changes to all lists, and of the resource if there is one; returns how to stop. */
  watch(uri?: string): Promise<() => Promise<unknown>>
}

/** What may go with a call. */
export interface CallOptions {
  onprogress?: (told: { progress: number }) => void
  signal?: AbortSignal
  _meta?: Record<string, unknown>
}

const INFO = { name: 'matrix', version: '1.0.0' }
const CAPABILITIES = {
  capabilities: {
    elicitation: { form: {}, url: {} },
    sampling: {},
    roots: {},
    extensions: { 'io.modelcontextprotocol/tasks': {}, 'io.modelcontextprotocol/ui': {} },
  },
}

const MODEL_ANSWER = {
  role: 'assistant' as const,
  content: { type: 'text' as const, text: 'green, says the model' },
  model: 'story',
}
const ROOTS = { roots: [{ uri: 'file:///matrix', name: 'matrix' }] }

function personAnswers(params: { mode?: string } | undefined) {
  return { action: 'accept' as const, ...(params?.mode === 'url' ? {} : { content: { color: 'green' } }) }
}

/** Connects the client of an era to `/mcp`. */
export async function connectMatrixAgent(era: Era, url: string, key: string): Promise<MatrixAgent> {
  const asked: MatrixAgent['asked'] = []
  const heard: string[] = []
  const logged: unknown[] = []
  const ask = (method: string, params: unknown) =>
    void asked.push({ method, params: params as Record<string, unknown> })
  const hear = async ({ method, params }: { method: string; params?: { [key: string]: unknown } }) => {
    if (method === 'notifications/message') logged.push(params)
    heard.push(params?.uri === undefined ? method : `${method} ${String(params.uri)}`)
  }
  const options = { requestInit: { headers: { Authorization: `Bearer ${key}` } } }
  const client =
    era === 'legacy'
      ? await connectLegacy(ask, (made) => made.connect(new TransportV1(new URL(url), options)))
      : await connectModern(ask, (made) => made.connect(new TransportV2(new URL(url), options)))
  client.fallbackNotificationHandler = hear
  return {
    era,
    client,
    asked,
    heard,
    logged,
    async call(name, args = {}, { _meta, ...more } = {}) {
      const params = { name, arguments: args, ...(_meta ? { _meta } : {}) }
      const result = await client.callTool(params, more as never)
      return (result.content as { text: string }[])[0]?.text ?? ''
    },
    async request(method, params) {
      const _meta = { 'io.modelcontextprotocol/clientCapabilities': CAPABILITIES.capabilities }
      const named: Record<string, string> = params.taskId === undefined ? {} : { 'mcp-name': String(params.taskId) }
      const { json, text } = await postModern(url, key, method, { ...params, _meta }, named)
      if (!json?.result) throw new Error(text)
      return json.result
    },
    async withSkills() {
      const other = await connectV2(url, key, era)
      return { client: other, skills: new SkillsClient(other) }
    },
    async watch(uri) {
      if (era === 'modern') {
        const listening = await client.listen({
          toolsListChanged: true,
          promptsListChanged: true,
          resourcesListChanged: true,
          ...(uri ? { resourceSubscriptions: [uri] } : {}),
        })
        return () => listening.close()
      }
      if (uri !== undefined) await client.subscribeResource({ uri })
      return async () => uri && client.unsubscribeResource({ uri })
    },
  }
}

type Asked = (method: string, params: unknown) => void

async function connectLegacy(ask: Asked, connect: (client: ClientV1) => Promise<void>): Promise<ClientV2> {
  const client = new ClientV1(INFO, CAPABILITIES)
  client.setRequestHandler(ElicitRequestSchema, ({ method, params }) => {
    ask(method, params)
    return personAnswers(params)
  })
  client.setRequestHandler(CreateMessageRequestSchema, ({ method, params }) => {
    ask(method, params)
    return MODEL_ANSWER
  })
  client.setRequestHandler(ListRootsRequestSchema, ({ method, params }) => {
    ask(method, params)
    return ROOTS
  })
  await connect(client)
  // SDK v1 takes the result schema where v2 takes the options; nothing else of what is used here differs.
  const callTool = client.callTool.bind(client)
  return Object.assign(client, {
    callTool: (params: never, options: never) => callTool(params, undefined, options),
  }) as unknown as ClientV2
}

async function connectModern(ask: Asked, connect: (client: ClientV2) => Promise<void>): Promise<ClientV2> {
  const client = new ClientV2(INFO, { ...CAPABILITIES, versionNegotiation: { mode: { pin: '2026-07-28' } } })
  client.setRequestHandler('elicitation/create', ({ method, params }) => {
    ask(method, params)
    return personAnswers(params)
  })
  client.setRequestHandler('sampling/createMessage', ({ method, params }) => {
    ask(method, params)
    return MODEL_ANSWER
  })
  client.setRequestHandler('roots/list', ({ method, params }) => {
    ask(method, params)
    return ROOTS
  })
  await connect(client)
  return client
}
