/** The upstream of every target: modern MCP on bare node:http that echoes a call's text, and lists as many tools as its path says. */
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
const DESCRIPTION = 'Answers with the text that it was given, which is all that a measurement of the way there needs'

const http = createServer((request, response) => void serve(request, response))
http.listen(0, '127.0.0.1', () => process.send?.({ port: (http.address() as AddressInfo).port }))
process.on('disconnect', () => process.exit())

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Asked
  const result = resultOf(method, params, toolCount(request.url))
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

function resultOf(method: string, params: Asked['params'], count: number): object | undefined {
  if (method === 'tools/call')
    return { content: [{ type: 'text', text: params.arguments?.text ?? '' }], resultType: 'complete' }
  if (method === 'server/discover') return IDENTITY
  if (method === 'tools/list') return listPage(Number(params.cursor ?? 0), count)
  return undefined
}

function listPage(from: number, count: number): object {
  const names = count === 0 ? ['echo', 'echo_events'] : Array.from({ length: count }, (_, index) => toolName(index))
  const tools = names
    .slice(from, from + PAGE)
    .map((name) => ({ name, description: DESCRIPTION, inputSchema: SCHEMA, annotations: { readOnlyHint: true } }))
  const next = from + PAGE
  return { tools, ...(next < names.length ? { nextCursor: String(next) } : {}), ...CACHING }
}

function toolName(index: number): string {
  return `tool_${String(index).padStart(4, '0')}`
}

// "/tools/<count>" lists that many, every other path the two that are called.
function toolCount(path = ''): number {
  return Number(/^\/tools\/(\d+)$/.exec(path)?.[1] ?? 0)
}
