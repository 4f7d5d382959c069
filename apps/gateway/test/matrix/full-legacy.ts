/** A legacy upstream (SDK v1) with every feature of the matrix, over HTTP, or over stdio with `--stdio`. */
import { completable } from '@modelcontextprotocol/sdk/server/completable.js'
import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { z } from 'zod'
import { keepSubscriptions } from '../fixtures/keep-subscriptions.ts'
import { type ServedFixture, serveLegacyFixture } from '../fixtures/serve-fixture.ts'
import { addedUri, FORM, LEVELS, LINK, NAMES, PANEL, panelUri, QUESTION, TOPIC, text } from './full-content.ts'
import { shareNames } from './share-names.ts'

/** What all connections to one upstream share. */
interface State {
  scheme: string
  cancelled: string[]
  added: string[]
  /** Adds a tool, a prompt and a resource to all connections. */
  share(name: string): void
  /** The endpoints that are connected, each with what its client subscribed to. */
  endpoints: Map<McpServer, Set<string>>
}

function stateOf(scheme: string): State {
  const state: State = {
    scheme,
    cancelled: [],
    added: [],
    endpoints: new Map(),
    share: (name) => addToAll(state, name),
  }
  return state
}

/** Starts it over HTTP; `scheme` is that of its URIs. */
export function startFullLegacy(scheme: string): Promise<ServedFixture> {
  const state = stateOf(scheme)
  return serveLegacyFixture(() => build(state))
}

function build(state: State): McpServer {
  const capabilities = { resources: { subscribe: true }, logging: {} }
  const server = new McpServer({ name: 'full-legacy', version: '1.0.0' }, { capabilities })
  state.endpoints.set(server, keepSubscriptions(server))
  server.server.onclose = () => void state.endpoints.delete(server)
  registerContent(server, state)
  registerWork(server, state)
  registerAsks(server)
  registerChanges(server, state)
  return server
}

function registerContent(server: McpServer, { scheme }: State): void {
  server.registerTool('echo', { inputSchema: { message: z.string() } }, ({ message }) => text(message))
  server.registerTool('panel', { _meta: { ui: { resourceUri: panelUri(scheme) } } }, () => text('shown'))
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
  server.registerPrompt('greet', { argsSchema: { name } }, (args) => ({
    messages: [{ role: 'user', content: { type: 'text', text: `Greet ${args.name}` } }],
  }))
}

function registerWork(server: McpServer, state: State): void {
  server.registerTool('work', {}, async ({ _meta, sendNotification }) => {
    const progressToken = _meta?.progressToken
    for (const progress of progressToken === undefined ? [] : [1, 2, 3])
      await sendNotification({
        method: 'notifications/progress',
        params: { progressToken: progressToken!, progress, total: 3 },
      })
    return text('worked')
  })
  const mark = z.string()
  const hang = (of: string, signal: AbortSignal) => hangOf(state, of, signal)
  server.registerTool('hang', { inputSchema: { mark } }, (of, { signal }) => hang(of.mark, signal))
  server.registerPrompt('hang', { argsSchema: { mark } }, (of, { signal }) => hang(of.mark, signal))
  const template = new ResourceTemplate(`${state.scheme}://hang/{mark}`, { list: undefined })
  server.registerResource('hang', template, {}, (_, of, { signal }) => hang(String(of.mark), signal))
  server.registerTool('cancelled', {}, () => text(state.cancelled))
  server.registerTool('talk', {}, async ({ sendNotification }) => {
    for (const level of LEVELS)
      await sendNotification({ method: 'notifications/message', params: { level, data: TOPIC } })
    return text('talked')
  })
}

/** Never answers, and remembers that it was asked and that it was given up. */
function hangOf({ cancelled }: State, mark: string, signal: AbortSignal): Promise<never> {
  cancelled.push(`begun ${mark}`)
  signal.addEventListener('abort', () => cancelled.push(`cancelled ${mark}`))
  return new Promise(() => {})
}

function registerAsks(server: McpServer): void {
  const { server: peer } = server
  server.registerTool('ask_form', {}, async () =>
    text(await peer.elicitInput({ message: QUESTION, requestedSchema: FORM })),
  )
  server.registerTool('ask_link', {}, async () =>
    text(await peer.elicitInput({ mode: 'url', message: QUESTION, url: LINK, elicitationId: 'link-1' })),
  )
  const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: QUESTION } }]
  server.registerTool('ask_model', {}, async () => text(await peer.createMessage({ messages, maxTokens: 10 })))
  server.registerTool('ask_roots', {}, async () => text(await peer.listRoots()))
}

function addToAll(state: State, name: string): void {
  state.added.push(name)
  for (const endpoint of state.endpoints.keys()) registerAdded(endpoint, state, name)
}

function registerAdded(server: McpServer, { scheme }: State, name: string): void {
  server.registerTool(name, {}, () => text(name))
  server.registerPrompt(name, {}, () => ({ messages: [] }))
  server.registerResource(name, addedUri(scheme, name), {}, ({ href }) => ({ contents: [{ uri: href, text: name }] }))
}

function registerChanges(server: McpServer, state: State): void {
  for (const name of state.added) registerAdded(server, state, name)
  server.registerTool('add', { inputSchema: { name: z.string() } }, ({ name }) => {
    state.share(name)
    return text('added')
  })
  server.registerTool('touch', {}, () => {
    const uri = `${state.scheme}://watched`
    for (const [endpoint, uris] of state.endpoints) if (uris.has(uri)) void endpoint.server.sendResourceUpdated({ uri })
    return text('touched')
  })
}

if (process.argv.includes('--stdio')) {
  const [names = '', scheme = ''] = process.argv.slice(-2)
  const state = stateOf(scheme)
  state.share = shareNames(names, (name) => addToAll(state, name))
  await build(state).connect(new StdioServerTransport())
}
