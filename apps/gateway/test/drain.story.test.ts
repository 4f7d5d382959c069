/** An orderly end lets answers out: what was answered reaches a client that takes its time, and open streams hold nothing up. */
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type ScriptedUpstream, sendResult, startScriptedUpstream } from './fixtures/scripted-upstream.ts'
import { post, postModern } from './support/clients.ts'
import { startGatewayProcess } from './support/gateway-process.ts'
import { requestBytes } from './support/raw-http.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

const BIG = 'x'.repeat(12_000_000)
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
}

let upstream: ScriptedUpstream
let gateway: StoryGateway
let key: string
const inFlight = () => gateway.listening.gateway.admission.inFlight

beforeAll(async () => {
  upstream = await startScriptedUpstream({ tools: [{ name: 'big', inputSchema: { type: 'object' } }] })
  upstream.answers.set('big', (request, response) =>
    sendResult(response, request.idText, { content: [{ type: 'text', text: BIG }], resultType: 'complete' }),
  )
  gateway = await startGateway({ upstreams: { up: { url: upstream.url, maxResultBytes: '16MiB' } } })
  key = gateway.key('ops')
})
beforeEach(() => gateway.ready('up'))
afterAll(async () => {
  await gateway.close()
  await upstream.close()
})

/** Sends a modern request on a socket of its own and counts what comes back. */
function send(method: string, params: Record<string, unknown>, type = 'application/json'): Reading {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: META } })
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1')
  const reading: Reading = { socket, bytes: 0, closed: new Promise((resolve) => socket.once('close', () => resolve())) }
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    reading.bytes += chunk.length
  })
  const headers: [string, string][] = [
    ['Authorization', `Bearer ${key}`],
    ['Content-Type', 'application/json'],
    ['Accept', `application/json, ${type}`],
    ['MCP-Protocol-Version', '2026-07-28'],
    ['Mcp-Method', method],
    ['Connection', 'keep-alive'],
    ...(params.name ? [['Mcp-Name', String(params.name)] as [string, string]] : []),
  ]
  socket.write(requestBytes(`${gateway.url}/mcp`, { headers, body }))
  return reading
}

interface Reading {
  socket: Socket
  bytes: number
  closed: Promise<void>
}

it('sends an answer to its end before the process ends, to a client that reads late', async () => {
  const reading = send('tools/call', { name: 'up__big' })
  await new Promise((resolve) => reading.socket.once('data', resolve))
  reading.socket.pause()
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(inFlight()).toBe(1)
  const restarted = gateway.restart()
  await new Promise((resolve) => setTimeout(resolve, 200))
  reading.socket.resume()
  await Promise.all([restarted, reading.closed])
  expect(reading.bytes).toBeGreaterThan(BIG.length)
})

it('counts a call as under way no longer than its client listens', async () => {
  const reading = send('tools/call', { name: 'up__big' })
  await new Promise((resolve) => reading.socket.once('data', resolve))
  reading.socket.pause()
  await until(() => inFlight() === 1, 'the answer is being sent')
  reading.socket.destroy()
  await until(() => inFlight() === 0, 'the place is given back')
})

it('gives the place back behind an answer, and for an open stream at once', async () => {
  const refused = send('tools/call', { name: 'up__unknown' })
  await until(() => refused.bytes > 0, 'the refusal came')
  const stream = send('subscriptions/listen', { notifications: { toolsListChanged: true } }, 'text/event-stream')
  await until(() => stream.bytes > 0 && gateway.listening.gateway.streams.size === 1, 'the stream is open')
  await until(() => inFlight() === 0, 'nothing is under way')
  refused.socket.destroy()
  stream.socket.destroy()
})

it(
  verifies(
    'reliability.drain',
    'a process that gets SIGTERM finishes the calls of both eras that are under way, and then ends',
  ),
  async () => {
    const answered: string[] = []
    upstream.answers.set('big', (request, response) => {
      setTimeout(() => {
        answered.push(request.idText)
        sendResult(response, request.idText, { content: [{ type: 'text', text: 'late' }], resultType: 'complete' })
      }, 600)
    })
    const running = await startGatewayProcess({
      upstreams: { up: { url: upstream.url } },
      agents: { ops: { roles: ['operator'] } },
    })
    await running.ready()
    const own = running.key('ops')
    const params = { name: 'up__big', arguments: {} }
    const before = upstream.received.length
    const calls = Array.from({ length: 10 }, (_, index) =>
      index % 2 === 0
        ? postModern(`${running.url}/mcp`, own, 'tools/call', params)
        : post(`${running.url}/mcp`, own, JSON.stringify({ jsonrpc: '2.0', id: index, method: 'tools/call', params })),
    )
    await until(() => upstream.received.length === before + 10, 'all calls have arrived')
    const ended = running.terminate()
    expect(answered).toEqual([])
    for (const { json } of await Promise.all(calls))
      expect(json?.result?.content).toEqual([{ type: 'text', text: 'late' }])
    expect(await ended).toBe(0)
    await running.close()
  },
)
