/** One trace from the client's span through the gateway's phases to the upstream: passed on as it came where nothing is recorded, and told to a collector where it is. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  bareTool,
  legacy,
  modern,
  type Received,
  type ScriptedPort,
  sendResult,
  startScripts,
} from './fixtures/scripted-upstream.ts'
import { connectV1, postModern } from './support/clients.ts'
import { type CollectedSpan, type Collector, startCollector } from './support/start-collector.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = '00f067aa0ba902b7'
const TRACEPARENT = `00-${TRACE}-${PARENT}-01`
const UNSAMPLED = `00-${TRACE}-${PARENT}-00`
const TRACESTATE = 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE'
const BAGGAGE = 'userId=alice,isProduction=false'
const OTHER = '00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-01'

let dir: string
let port: ScriptedPort
const received: Received[] = []

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'causeway-story-'))
  const call = (request: Received, response: Parameters<typeof sendResult>[0]) => {
    received.push(request)
    const isError = request.params.name === 'fail'
    sendResult(response, request.idText, { content: [], resultType: 'complete', ...(isError ? { isError } : {}) })
  }
  port = await startScripts({
    new: modern({ on: { 'tools/call': call }, lists: () => ({ tools: [bareTool('hello'), bareTool('fail')] }) }),
    old: legacy(['hello'], { call }),
  })
})
afterAll(async () => {
  await port.close()
  rmSync(dir, { recursive: true })
})

const upstreams = () => ({
  new: { url: port.url('new') },
  old: { url: port.url('old') },
  pipe: {
    command: [
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      join(import.meta.dirname, 'fixtures/verbatim.ts'),
      'legacy',
      'pipe',
      join(dir, 'pipe'),
    ],
    era: 'legacy',
  },
})

function callAs(gateway: StoryGateway, key: string) {
  return async (name: string, meta: object = {}, headers: Record<string, string> = {}) => {
    received.length = 0
    const answer = await postModern(
      `${gateway.url}/mcp`,
      key,
      'tools/call',
      { name, arguments: {}, _meta: meta },
      headers,
    )
    const [request] = received
    return { answer, meta: (request?.params._meta ?? {}) as Record<string, unknown>, headers: request?.headers ?? {} }
  }
}

const lastOnPipe = () => {
  const lines = readFileSync(join(dir, 'pipe'), 'utf8').trim().split('\n')
  return lines.findLast((line) => line.includes('tools/call')) ?? ''
}

describe('where nothing is recorded', () => {
  let gateway: StoryGateway
  let call: ReturnType<typeof callAs>

  beforeAll(async () => {
    gateway = await startGateway({ upstreams: upstreams() })
    call = callAs(gateway, gateway.key('ops'))
    await gateway.ready('new', 'old', 'pipe')
  })
  afterAll(() => gateway.close())

  it.each(['new__hello', 'old__hello'])('the context of the message reaches %s as it came', async (tool) => {
    const given = { traceparent: TRACEPARENT, tracestate: TRACESTATE, baggage: BAGGAGE }
    const { meta, headers } = await call(tool, given)
    expect(meta).toMatchObject(given)
    expect(headers).toMatchObject({ traceparent: TRACEPARENT, tracestate: TRACESTATE })
  })

  it('it reaches a child on pipes, and so does one that came in headers alone', async () => {
    await call('pipe__odd', { traceparent: TRACEPARENT, tracestate: TRACESTATE })
    expect(lastOnPipe()).toContain(`"traceparent":"${TRACEPARENT}","tracestate":"${TRACESTATE}"`)
    await call('pipe__odd', {}, { traceparent: OTHER, tracestate: 'a=b' })
    expect(lastOnPipe()).toContain(`"traceparent":"${OTHER}","tracestate":"a=b"`)
  })

  it('one that came in headers goes on in both, and a state of another trace does not go with it', async () => {
    const { meta, headers } = await call('new__hello', { tracestate: 'left=over' }, { traceparent: OTHER })
    expect(meta.traceparent).toBe(OTHER)
    expect(headers.traceparent).toBe(OTHER)
    expect(meta).not.toHaveProperty('tracestate')
    expect(headers).not.toHaveProperty('tracestate')
  })

  it('what the message says counts before what its transport says', async () => {
    const { meta, headers } = await call('new__hello', { traceparent: TRACEPARENT }, { traceparent: OTHER })
    expect([meta.traceparent, headers.traceparent]).toEqual([TRACEPARENT, TRACEPARENT])
  })

  it.each([
    '',
    'nonsense',
    TRACEPARENT.toUpperCase(),
    `${TRACEPARENT}-more`,
    `ff${TRACEPARENT.slice(2)}`,
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `${TRACEPARENT}\r\nx-forged: 1`,
  ])('%j is no context: the message keeps it, and no header tells it', async (traceparent) => {
    const { meta, headers } = await call('new__hello', { traceparent, tracestate: 'a=b\r\nx-forged: 1' })
    expect(meta.traceparent).toBe(traceparent)
    expect(headers).not.toHaveProperty('traceparent')
    expect(headers).not.toHaveProperty('x-forged')
  })

  it('a request without one is left without one', async () => {
    const { meta, headers } = await call('new__hello')
    expect(Object.keys(meta).filter((key) => key.startsWith('trace'))).toEqual([])
    expect(headers).not.toHaveProperty('traceparent')
  })
})

describe('where a collector is configured', () => {
  let collector: Collector
  let gateway: StoryGateway
  let key: string
  let call: ReturnType<typeof callAs>

  beforeAll(async () => {
    collector = await startCollector()
    gateway = await startGateway({
      upstreams: upstreams(),
      telemetry: { otlp: collector.url, sample: 0 },
    })
    key = gateway.key('ops')
    call = callAs(gateway, key)
    await gateway.ready('new', 'old', 'pipe')
    await until(() => gateway.listening.gateway.tracing.isOn, 'the exporter is loaded')
  })
  afterAll(async () => {
    await gateway.close()
    await collector.close()
  })

  /** The spans of a trace, the request's own first. */
  async function collected(traceId: string): Promise<[CollectedSpan, ...CollectedSpan[]]> {
    const own = () => collector.spans.filter((span) => span.traceId === traceId)
    await until(() => own().some((span) => span.name === 'reply'), `trace ${traceId} is collected`)
    const spans = own()
    collector.spans = []
    return [spans.find((span) => span.kind === 2) as CollectedSpan, ...spans.filter((span) => span.kind !== 2)]
  }

  it('one trace goes from the client through every phase to the upstream', async () => {
    const { answer, meta, headers } = await call('new__hello', {
      traceparent: TRACEPARENT,
      tracestate: TRACESTATE,
      baggage: BAGGAGE,
    })
    const [own, ...phases] = await collected(TRACE)
    expect(own).toMatchObject({ parentSpanId: PARENT, name: 'tools/call new__hello', status: 0 })
    expect(own.attributes).toMatchObject({
      'mcp.method.name': 'tools/call',
      'mcp.protocol.version': '2026-07-28',
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'new__hello',
      'jsonrpc.request.id': '1',
      'http.response.status_code': 200,
      'causeway.request_id': answer.headers.get('x-request-id'),
      'causeway.agent': 'ops',
      'causeway.upstream': 'new',
      'causeway.rule': 'operators',
    })
    expect(phases.map((span) => span.attributes['causeway.phase'])).toEqual([
      'receive',
      'authenticate',
      'admit',
      'read',
      'view',
      'limit',
      'resolve',
      'decide',
      'route',
      'intend',
      'forward',
      'reply',
    ])
    expect(phases.every((span) => span.parentSpanId === own.spanId)).toBe(true)
    const forward = phases.find((span) => span.kind === 3) as CollectedSpan
    expect(forward).toMatchObject({ name: 'tools/call hello', attributes: { 'gen_ai.tool.name': 'hello' } })
    expect(meta).toMatchObject({
      traceparent: `00-${TRACE}-${forward.spanId}-01`,
      tracestate: TRACESTATE,
      baggage: BAGGAGE,
    })
    expect(headers).toMatchObject({ traceparent: meta.traceparent, tracestate: TRACESTATE })
  })

  it('phases follow each other within the request, and its time is the time of day', async () => {
    const fromNs = BigInt(Date.now() - 50) * 1_000_000n
    await call('new__hello', { traceparent: TRACEPARENT })
    const [own, ...phases] = await collected(TRACE)
    expect(own.startNs).toBeGreaterThan(fromNs)
    expect(own.endNs).toBeLessThan(BigInt(Date.now() + 50) * 1_000_000n)
    const times = [own.startNs, ...phases.flatMap((span) => [span.startNs, span.endNs]), own.endNs]
    // Each span's time is rounded by itself.
    for (const [at, time] of times.slice(1).entries())
      expect(time).toBeGreaterThanOrEqual((times[at] as bigint) - 2_000n)
  })

  it.each(['old__hello', 'pipe__odd'])('the child context reaches %s', async (tool) => {
    const { headers, meta } = await call(tool, { traceparent: TRACEPARENT })
    const [, ...phases] = await collected(TRACE)
    const child = `00-${TRACE}-${phases.find((span) => span.kind === 3)?.spanId}-01`
    if (tool === 'pipe__odd') expect(lastOnPipe()).toContain(`"traceparent":"${child}"`)
    else expect([meta.traceparent, headers.traceparent]).toEqual([child, child])
  })

  it('a legacy client is part of it as well', async () => {
    const client = await connectV1(`${gateway.url}/mcp`, key)
    received.length = 0
    await client.callTool({ name: 'new__hello', arguments: {}, _meta: { traceparent: TRACEPARENT } } as never)
    await client.close()
    const [own] = await collected(TRACE)
    expect(own.attributes).toMatchObject({ 'mcp.protocol.version': '2025-11-25' })
    expect(received[0]?.params._meta).toMatchObject({ traceparent: expect.stringMatching(`^00-${TRACE}-`) })
  })

  it('where message and transport differ, the message is the parent and the transport is linked', async () => {
    await call('new__hello', { traceparent: TRACEPARENT }, { traceparent: OTHER })
    const [own] = await collected(TRACE)
    expect(own.parentSpanId).toBe(PARENT)
    expect(own.links).toEqual([{ traceId: OTHER.slice(3, 35), spanId: OTHER.slice(36, 52) }])
  })

  it('a failed tool and a refused call are errors, in the phase that failed', async () => {
    await call('new__fail', { traceparent: TRACEPARENT })
    const [failed, ...failedPhases] = await collected(TRACE)
    expect([failed.status, failed.attributes['error.type']]).toEqual([2, 'tool_error'])
    expect(failedPhases.filter((span) => span.status === 2).map((span) => span.name)).toEqual(['tools/call fail'])
    await call('new__nothing', { traceparent: TRACEPARENT })
    const [refused, ...refusedPhases] = await collected(TRACE)
    expect(refused).toMatchObject({ name: 'tools/call', status: 2 })
    expect(refused.attributes).toMatchObject({ 'error.type': 'unknown_tool', 'rpc.response.status_code': '-32602' })
    expect(refusedPhases.filter((span) => span.status === 2).map((span) => span.name)).toEqual(['resolve'])
  })

  it('what its client does not record is not recorded here, and goes on as such', async () => {
    const { meta } = await call('new__hello', { traceparent: UNSAMPLED })
    expect(meta.traceparent).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-00$`))
    await call('new__hello', { traceparent: OTHER })
    await collected(OTHER.slice(3, 35))
    expect(collector.spans.filter((span) => span.traceId === TRACE)).toEqual([])
  })

  it('a share of the traces that begin here is recorded, under the id of the request', async () => {
    const none = await call('new__hello')
    expect(none.meta.traceparent).toMatch(/-0[02]$/)
    gateway.write({ upstreams: upstreams(), telemetry: { otlp: collector.url, sample: 1 } })
    gateway.listening.reload()
    const { answer, meta } = await call('new__hello')
    const traceId = (answer.headers.get('x-request-id') as string).replaceAll('-', '')
    expect(meta.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-03$`))
    const [own] = await collected(traceId)
    expect(own.parentSpanId).toBe('')
    expect(collector.requests[0]).toMatchObject({ path: '/v1/traces', contentType: 'application/x-protobuf' })
  })

  it('a stranger makes nobody record: his context counts for nothing', async () => {
    gateway.write({ upstreams: upstreams(), telemetry: { otlp: collector.url, sample: 0 } })
    gateway.listening.reload()
    await postModern(
      `${gateway.url}/mcp`,
      'nonsense',
      'tools/list',
      { _meta: { traceparent: TRACEPARENT } },
      { traceparent: TRACEPARENT },
    )
    await call('new__hello', { traceparent: OTHER })
    await collected(OTHER.slice(3, 35))
    expect(collector.spans).toEqual([])
  })
})
