/** Clients that do not read what they asked for: the gateway keeps little for them, not for long, and leaves alone who only waits. */
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createHttp } from '../src/http.ts'
import { sendResult } from './fixtures/scripted-upstream.ts'
import { requestBytes } from './support/raw-http.ts'
import { until } from './support/start-gateway.ts'
import { type Scripted, startScripted } from './support/start-scripted.ts'
import { verifies } from './support/verifies.ts'

const MEGABYTE = 1_000_000
const STALL_MS = 600
const BIG_BYTES = 30 * MEGABYTE
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  progressToken: 'p',
}
const tools = ['big', 'slow', 'flood'].map((name) => ({ name, inputSchema: { type: 'object' } }))
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

let scripted: Scripted
let http: ReturnType<typeof createHttp>
let url: string

beforeAll(async () => {
  scripted = await startScripted(
    { tools, resourceTemplates: [{ name: 'any', uriTemplate: 'up://{name}' }] },
    { up: { maxResultBytes: '32MiB' } },
  )
  const { answers } = scripted.upstream
  const complete = (bytes: number) => ({ content: [{ type: 'text', text: 'x'.repeat(bytes) }], resultType: 'complete' })
  answers.set('big', (request, response) => sendResult(response, request.idText, complete(BIG_BYTES)))
  answers.set('slow', (request, response) => {
    setTimeout(() => sendResult(response, request.idText, complete(1)), 3 * STALL_MS)
  })
  answers.set('flood', async (request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const params = `{"progressToken":"p","progress":1,"message":"${'x'.repeat(MEGABYTE)}"}`
    for (let i = 0; i < 30; i++) {
      const text = `data: {"jsonrpc":"2.0","method":"notifications/progress","params":${params}}\n\n`
      if (!response.write(text)) await new Promise((resolve) => response.once('drain', resolve))
    }
    response.end(`data: {"jsonrpc":"2.0","id":${request.idText},"result":${JSON.stringify(complete(1))}}\n\n`)
  })
  http = createHttp(() => scripted.gateway.listening.gateway, { stallMs: STALL_MS })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`
})
afterAll(async () => {
  http.closeAllConnections()
  await new Promise((resolve) => http.close(resolve))
  await scripted.close()
})

interface Reading {
  socket: Socket
  bytes: number
  /** The last bytes that came. */
  tail: string
  hasEnded: boolean
}

/** Sends a modern request on a socket of its own, and reads nothing until it is resumed. */
function send(to: string, method: string, params: Record<string, unknown>): Reading {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: META } })
  const socket = connect(Number(new URL(to).port), '127.0.0.1')
  const reading: Reading = { socket, bytes: 0, tail: '', hasEnded: false }
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    reading.bytes += chunk.length
    reading.tail = (reading.tail + chunk.toString('latin1')).slice(-200)
  })
  socket.on('close', () => {
    reading.hasEnded = true
  })
  socket.pause()
  const named = params.name === undefined ? [] : [['Mcp-Name', String(params.name)] as const]
  const accept = method === 'subscriptions/listen' ? 'text/event-stream' : 'application/json, text/event-stream'
  socket.write(
    requestBytes(to, {
      headers: [
        ...scripted.headers,
        ['Accept', `application/json, ${accept}`],
        ['MCP-Protocol-Version', '2026-07-28'],
        ['Mcp-Method', method],
        ...named,
      ],
      body,
    }),
  )
  return reading
}
const inFlight = () => scripted.gateway.listening.gateway.admission.inFlight

it(verifies('edge.slow', 'lets go of an answer that nobody reads'), async () => {
  const reading = send(url, 'tools/call', { name: 'up__big' })
  await until(() => inFlight() === 1, 'the call is under way')
  const startedAtMs = performance.now()
  await until(() => inFlight() === 0, 'the gateway gave up')
  expect(performance.now() - startedAtMs).toBeLessThan(10 * STALL_MS)
  reading.socket.resume()
  await until(() => reading.hasEnded, 'the connection was closed')
  expect(reading.bytes).toBeLessThan(BIG_BYTES)
})

it(verifies('edge.slow', 'sends all of it to a client that reads slowly, and waits for a slow upstream'), async () => {
  const slow = send(url, 'tools/call', { name: 'up__slow' })
  slow.socket.resume()
  const reading = send(url, 'tools/call', { name: 'up__big' })
  const startedAtMs = performance.now()
  for (let i = 1; i <= 14; i++) {
    await pause(STALL_MS / 6)
    // By the amount and not by time: the kernel tells the gateway of room only once there is enough of it.
    reading.socket.resume()
    await until(() => reading.bytes >= 2 * i * MEGABYTE, 'two more megabytes came')
    reading.socket.pause()
  }
  expect(performance.now() - startedAtMs).toBeGreaterThan(2 * STALL_MS)
  reading.socket.resume()
  await until(() => reading.hasEnded && slow.hasEnded, 'both were answered')
  expect(reading.bytes).toBeGreaterThan(BIG_BYTES)
  expect(slow.tail).toContain('"text":"x"')
})

it('leaves out progress for a client far behind, and never its answer', async () => {
  const reading = send(scripted.url, 'tools/call', { name: 'up__flood' })
  await until(() => inFlight() === 1, 'the call is under way')
  await pause(1_000)
  reading.socket.resume()
  await until(() => reading.hasEnded, 'the answer has come')
  expect(reading.bytes).toBeLessThan(20 * MEGABYTE)
  expect(reading.tail).toContain('"text":"x"')
})

it(verifies('edge.slow', 'ends a stream of updates that nobody reads'), async () => {
  const { streams, upstreams } = scripted.gateway.listening.gateway
  const uri = `up://${'x'.repeat(MEGABYTE)}`
  const reading = send(scripted.url, 'subscriptions/listen', { notifications: { resourceSubscriptions: [uri] } })
  await until(() => streams.size === 1, 'the stream is open')
  for (let i = 0; i < 20; i++) {
    upstreams.get('up')!.onResourceUpdated(uri)
    await pause(5)
  }
  expect(streams.size).toBe(0)
  reading.socket.destroy()
})
