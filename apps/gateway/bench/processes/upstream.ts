/** The upstream of every target: modern MCP on bare node:http that echoes a call's text, lists as many tools as its path says, and can hang or change its list. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Asked {
  id: number | string
  method: string
  params: { name?: string; cursor?: string; arguments?: { text?: string } }
}

const PAGE = 500
const CACHING = { resultType: 'complete', ttlMs: 0, cacheScope: 'private' }
const SCHEMA = { type: 'object', properties: { text: { type: 'string', description: 'Comes back as it is' } } }
const IDENTITY = { supportedVersions: ['2026-07-28'], capabilities: { tools: {} }, ...CACHING }
const CHANGING_IDENTITY = { ...IDENTITY, capabilities: { tools: { listChanged: true } } }
const CHANGING_TOOLS = 50
const DESCRIPTION = 'Answers with the text that it was given, which is all that a measurement of the way there needs'

/** Streams that are told when the list of "/changing" changes. */
const listening = new Set<ServerResponse>()
let changes = 0

const http = createServer((request, response) => void serve(request, response))
http.listen(0, '127.0.0.1', () => process.send?.({ port: (http.address() as AddressInfo).port }))
process.on('disconnect', () => process.exit())

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  if (request.url === '/change') {
    change(response)
    return
  }
  const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Asked
  if (method === 'subscriptions/listen') {
    listen(response)
    return
  }
  if (method === 'tools/call' && request.url === '/hanging') return
  const result = resultOf(method, params, request.url)
  if (!result) {
    response.writeHead(404, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } }))
    return
  }
  const text = JSON.stringify({ jsonrpc: '2.0', id, result })
  if (params.name === 'echo_events') {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
    response.end(`event: message\ndata: ${text}\n\n`)
    return
  }
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) })
  response.end(text)
}

/** Makes the list of "/changing" another one, and tells so. */
function change(response: ServerResponse): void {
  changes++
  const text = '{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{}}'
  for (const each of listening) each.write(`data: ${text}\n\n`)
  response.end(toolName(changes, 'changed'))
}

function listen(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' })
  const params = '{"notifications":{"toolsListChanged":true}}'
  response.write(`data: {"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":${params}}\n\n`)
  listening.add(response)
  response.once('close', () => listening.delete(response))
}

function resultOf(method: string, params: Asked['params'], path = ''): object | undefined {
  if (method === 'tools/call')
    return { content: [{ type: 'text', text: params.arguments?.text ?? '' }], resultType: 'complete' }
  if (method === 'server/discover') return path === '/changing' ? CHANGING_IDENTITY : IDENTITY
  if (method === 'tools/list') return listPage(Number(params.cursor ?? 0), toolNames(path))
  return undefined
}

function toolNames(path: string): string[] {
  if (path === '/changing') return [toolName(changes, 'changed'), ...numbered(CHANGING_TOOLS - 1)]
  const count = Number(/^\/tools\/(\d+)$/.exec(path)?.[1] ?? 0)
  return count === 0 ? ['echo', 'echo_events', 'echo_write'] : numbered(count)
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => toolName(index, 'tool'))
}

function listPage(from: number, names: readonly string[]): object {
  const tools = names
    .slice(from, from + PAGE)
    .map((name) => ({ name, description: describe(name), inputSchema: SCHEMA, annotations: { readOnlyHint: true } }))
  const next = from + PAGE
  return { tools, ...(next < names.length ? { nextCursor: String(next) } : {}), ...CACHING }
}

// A new name with an old text is a rename, and waits for approval.
function describe(name: string): string {
  return name.startsWith('changed') ? `${DESCRIPTION} ${name}` : DESCRIPTION
}

function toolName(index: number, kind: 'tool' | 'changed'): string {
  return `${kind}_${String(index).padStart(4, '0')}`
}
