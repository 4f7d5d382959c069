/** What is not served, by decision, is refused with a sentence that says what to do instead: HTTP+SSE, batches, WebSocket. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { WebSocketClientTransport } from '@modelcontextprotocol/sdk/client/websocket.js'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildLegacy } from './fixtures/legacy-upstream.ts'
import { type ServedFixture, serveFixture } from './fixtures/serve-fixture.ts'
import { post, postModern } from './support/clients.ts'
import { failureOf } from './support/failure-of.ts'
import { openStream } from './support/open-stream.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'

let old: ServedFixture
let gateway: StoryGateway
let key: string
beforeAll(async () => {
  const transports = new Map<string, SSEServerTransport>()
  old = await serveFixture(async (incoming, response) => {
    const url = new URL(incoming.url ?? '', 'http://old')
    if (incoming.method === 'GET' && url.pathname === '/mcp') {
      const transport = new SSEServerTransport('/messages', response)
      transports.set(transport.sessionId, transport)
      await buildLegacy({ started: [], cancelled: [] }, []).connect(transport)
    } else if (url.pathname === '/messages')
      await transports.get(url.searchParams.get('sessionId') ?? '')?.handlePostMessage(incoming, response)
    else response.writeHead(405, { 'Content-Type': 'text/plain' }).end()
  })
  gateway = await startGateway({ upstreams: { old: { url: old.url } } })
  key = gateway.key('ops')
})
afterAll(async () => {
  await gateway.close()
  await old.close()
})

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: { name: 'old', version: '1' } },
}

describe('HTTP+SSE of 2024-11-05', () => {
  it.each(['/sse', '/message', '/messages', '/s/old/sse'])(
    'finds nothing on %s, and is told where to connect',
    async (path) => {
      for (const method of ['GET', 'POST']) {
        const response = await fetch(gateway.url + path, { method, headers: { authorization: `Bearer ${key}` } })
        expect(response.status).toBe(404)
        const { error } = (await response.json()) as { error: { code: string; message: string } }
        expect(error.code).toBe('unknown_route')
        expect(error.message).toContain('HTTP+SSE of revision 2024-11-05 is not served; the MCP endpoints are /mcp')
      }
    },
  )

  it('ends in an error for a real client', async () => {
    const client = new Client({ name: 'old', version: '1' })
    const connecting = client.connect(new SSEClientTransport(new URL(`${gateway.url}/sse`)))
    await expect(connecting).rejects.toThrow('404')
    await client.close()
  })

  it('gets no endpoint on /mcp, where the stream is another one', async () => {
    const stream = await openStream(`${gateway.url}/mcp`, {
      headers: { accept: 'text/event-stream', authorization: `Bearer ${key}` },
    })
    await until(() => stream.text().length > 0, 'something has come')
    expect(stream.text()).not.toContain('endpoint')
    stream.close()
  })

  it('is served its messages by POST, with a newer revision', async () => {
    const { status, json } = await post(`${gateway.url}/mcp`, key, JSON.stringify(INITIALIZE))
    expect([status, json?.result?.protocolVersion]).toEqual([200, '2025-11-25'])
  })

  it('is no way to reach an upstream, which is down with a reason', async () => {
    const state = () => gateway.listening.gateway.upstreams.get('old')?.state
    await until(() => state()?.kind === 'down', 'the upstream is given up')
    expect(state()).toEqual({
      kind: 'down',
      code: 'upstream_invalid',
      reason: 'it answered HTTP 405; HTTP+SSE of revision 2024-11-05 is not served',
    })
  })
})

describe('a batch', () => {
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }
  it.each([
    ['of requests', [ping, { ...ping, id: 2 }]],
    ['of one', [ping]],
    ['of notifications', [{ jsonrpc: '2.0', method: 'notifications/initialized' }]],
    ['of none', []],
  ])('%s is refused, whatever revision the client names', async (_name, batch) => {
    for (const version of [undefined, '2025-03-26', '2025-11-25', '2026-07-28']) {
      const headers: Record<string, string> = version ? { 'mcp-protocol-version': version } : {}
      const answer = await post(`${gateway.url}/mcp`, key, JSON.stringify(batch), headers)
      expect(failureOf(answer)).toEqual({ status: 400, rpc: -32600, code: 'invalid_request' })
      expect(answer.json?.error?.message).toBe('Cannot read the message: batches are not served')
    }
  })
})

describe('WebSocket', () => {
  it('is refused before a credential is asked for', async () => {
    const { port } = new URL(gateway.url)
    const upgrade = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': Buffer.from(randomUUID().slice(0, 16)).toString('base64'),
      'Sec-WebSocket-Protocol': 'mcp',
    }
    const sent = request({ port, path: '/mcp', headers: upgrade }).end()
    const [response] = await once(sent, 'response')
    let text = ''
    for await (const chunk of response) text += chunk
    expect(failureOf({ status: response.statusCode, headers: response.headers, text })).toEqual({
      status: 400,
      rpc: -32603,
      code: 'transport_unsupported',
    })
    expect(text).toContain('MCP over WebSocket is not served')
  })

  it('ends in an error for a real client, and the gateway serves on', async () => {
    const client = new Client({ name: 'socket', version: '1' })
    const url = new URL(`${gateway.url.replace('http:', 'ws:')}/mcp`)
    await expect(client.connect(new WebSocketClientTransport(url))).rejects.toThrow()
    const { status } = await postModern(`${gateway.url}/mcp`, key, 'tools/list')
    expect(status).toBe(200)
  })

  it('is no way to reach an upstream', () => {
    gateway.write({ upstreams: { socket: { url: 'ws://127.0.0.1:1/mcp' } } })
    expect(() => gateway.listening.reload()).toThrow('upstreams.socket.url: Invalid URL')
  })
})
