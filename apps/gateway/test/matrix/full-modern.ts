/** A modern upstream (SDK v2) with every feature of the matrix, over HTTP, or over stdio with `--stdio`. */
import { toNodeHandler } from '@modelcontextprotocol/node'
import {
  completable,
  createMcpHandler,
  type InputRequest,
  inputRequired,
  McpServer,
  ResourceTemplate,
} from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { z } from 'zod'
import { serveTasks } from '../../conformance/fixture/serve-tasks.ts'
import { TASKS } from '../../conformance/fixture/task-tools.ts'
import { createTasks, type Tasks } from '../../conformance/fixture/tasks.ts'
import { type ServedFixture, serveFixture } from '../fixtures/serve-fixture.ts'
import { addedUri, FORM, LEVELS, LINK, NAMES, PANEL, panelUri, QUESTION, TOPIC, text } from './full-content.ts'
import { shareNames } from './share-names.ts'

/** What all connections to one upstream share. */
interface State {
  scheme: string
  cancelled: string[]
  added: string[]
  tasks: Tasks
  /** Adds a tool, a prompt and a resource to all connections. */
  share(name: string): void
  /** Says that the resource changed. */
  onTouched(uri: string): void
}

const NOTHING = z.object({})
const stateOf = (scheme: string): State => ({
  scheme,
  cancelled: [],
  added: [],
  tasks: createTasks(),
  share() {},
  onTouched() {},
})

/** Starts it over HTTP; `scheme` is that of its URIs. */
export async function startFullModern(scheme: string): Promise<ServedFixture> {
  const state = stateOf(scheme)
  const handler = createMcpHandler(() => build(state))
  state.share = (name) => {
    state.added.push(name)
    handler.notify.toolsChanged()
    handler.notify.promptsChanged()
    handler.notify.resourcesChanged()
  }
  state.onTouched = (uri) => handler.notify.resourceUpdated(uri)
  const served = await serveFixture(toNodeHandler(handler))
  return {
    ...served,
    async close() {
      state.tasks.close()
      await served.close()
    },
  }
}

function build(state: State): McpServer {
  const capabilities = {
    tools: { listChanged: true },
    prompts: { listChanged: true },
    resources: { subscribe: true, listChanged: true },
    logging: {},
    extensions: { [TASKS]: {} },
  }
  const server = new McpServer({ name: 'full-modern', version: '1.0.0' }, { capabilities })
  registerContent(server, state)
  registerWork(server, state)
  registerAsks(server)
  for (const name of state.added) add(server, state, name)
  server.registerTool('add', { inputSchema: z.object({ name: z.string() }) }, ({ name }) => {
    state.share(name)
    return text('added')
  })
  server.registerTool('touch', { inputSchema: NOTHING }, () => {
    state.onTouched(`${state.scheme}://watched`)
    return text('touched')
  })
  return server
}

function add(server: McpServer, { scheme }: State, name: string): void {
  server.registerTool(name, { inputSchema: NOTHING }, () => text(name))
  server.registerPrompt(name, {}, () => ({ messages: [] }))
  server.registerResource(name, addedUri(scheme, name), {}, ({ href }) => ({ contents: [{ uri: href, text: name }] }))
}

function registerContent(server: McpServer, { scheme }: State): void {
  server.registerTool('echo', { inputSchema: z.object({ message: z.string() }) }, ({ message }) => text(message))
  const _meta = { ui: { resourceUri: panelUri(scheme) } }
  server.registerTool('panel', { inputSchema: NOTHING, _meta }, () => text('shown'))
  server.registerResource('panel', panelUri(scheme), { mimeType: PANEL.mimeType }, ({ href }) => ({
    contents: [{ uri: href, ...PANEL }],
  }))
  server.registerResource('watched', `${scheme}://watched`, {}, ({ href }) => ({
    contents: [{ uri: href, text: `watched of ${scheme}` }],
  }))
  const complete = { id: (value: string) => NAMES.filter((name) => name.startsWith(value)) }
  const template = new ResourceTemplate(`${scheme}://item/{id}`, { list: undefined, complete })
  server.registerResource('item', template, {}, ({ href }, { id }) => ({
    contents: [{ uri: href, text: `item ${String(id)}` }],
  }))
  const name = completable(z.string(), (value) => NAMES.filter((each) => each.startsWith(value)))
  server.registerPrompt('greet', { argsSchema: z.object({ name }) }, (args) => ({
    messages: [{ role: 'user', content: { type: 'text', text: `Greet ${args.name}` } }],
  }))
}

function registerWork(server: McpServer, state: State): void {
  server.registerTool('work', { inputSchema: NOTHING }, async (_, { mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken
    for (const progress of progressToken === undefined ? [] : [1, 2, 3])
      await mcpReq.notify({
        method: 'notifications/progress',
        params: { progressToken: progressToken!, progress, total: 3 },
      })
    return text('worked')
  })
  const marked = z.object({ mark: z.string() })
  const hang = (of: string, { mcpReq }: { mcpReq: { signal: AbortSignal } }) => hangOf(state, of, mcpReq.signal)
  server.registerTool('hang', { inputSchema: marked }, (of, context) => hang(of.mark, context))
  server.registerPrompt('hang', { argsSchema: marked }, (of, context) => hang(of.mark, context))
  const template = new ResourceTemplate(`${state.scheme}://hang/{mark}`, { list: undefined })
  server.registerResource('hang', template, {}, (_, of, context) => hang(String(of.mark), context))
  server.registerTool('cancelled', { inputSchema: NOTHING }, () => text(state.cancelled))
  server.registerTool('talk', { inputSchema: NOTHING }, async (_, { mcpReq }) => {
    for (const level of LEVELS) await mcpReq.log(level, TOPIC)
    return text('talked')
  })
  const job = () => ({ resultType: 'task', ...state.tasks.start(async () => text('job done')) })
  server.registerTool('job', { inputSchema: NOTHING }, () => job() as never)
  serveTasks(server, state.tasks)
}

/** Never answers, and remembers that it was asked and that it was given up. */
function hangOf({ cancelled }: State, mark: string, signal: AbortSignal): Promise<never> {
  cancelled.push(`begun ${mark}`)
  signal.addEventListener('abort', () => cancelled.push(`cancelled ${mark}`))
  return new Promise(() => {})
}

function registerAsks(server: McpServer): void {
  const ask = (name: string, request: () => InputRequest) =>
    server.registerTool(name, { inputSchema: NOTHING }, (_, { mcpReq }) => {
      const answer = mcpReq.inputResponses?.answer
      return answer ? text(answer) : inputRequired({ inputRequests: { answer: request() } })
    })
  ask('ask_form', () => inputRequired.elicit({ message: QUESTION, requestedSchema: FORM }))
  ask('ask_link', () => inputRequired.elicitUrl({ message: QUESTION, url: LINK }))
  const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: QUESTION } }]
  ask('ask_model', () => inputRequired.createMessage({ messages, maxTokens: 10 }))
  ask('ask_roots', () => inputRequired.listRoots())
}

if (process.argv.includes('--stdio')) {
  const [names = '', scheme = ''] = process.argv.slice(-2)
  const state = stateOf(scheme)
  // On pipes there is one connection.
  let server: McpServer | undefined
  state.share = shareNames(names, (name) => {
    state.added.push(name)
    if (server) add(server, state, name)
  })
  state.onTouched = (uri) => void server?.server.sendResourceUpdated({ uri })
  serveStdio(() => {
    server = build(state)
    return server
  })
}
