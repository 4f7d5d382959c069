/** A collector that is gone, hangs or refuses changes nothing for calls: nothing waits for it, and what is kept for it is bounded. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bareTool, type ScriptedUpstream, startScriptedUpstream } from './fixtures/scripted-upstream.ts'
import { postModern } from './support/clients.ts'
import { freePort } from './support/free-port.ts'
import { type Collector, startCollector } from './support/start-collector.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'

const CALLS = 100

let upstream: ScriptedUpstream
let hanging: Collector
let refusing: Collector

beforeAll(async () => {
  upstream = await startScriptedUpstream({ tools: [bareTool('hello')] })
  hanging = await startCollector(() => {})
  refusing = await startCollector((response) => response.writeHead(400).end('no'))
})
afterAll(async () => {
  await Promise.all([upstream.close(), hanging.close(), refusing.close()])
})

async function startWith(otlp: string): Promise<StoryGateway> {
  const gateway = await startGateway({
    upstreams: { up: { url: upstream.url } },
    telemetry: { otlp, sample: 1 },
  })
  await gateway.ready('up')
  await until(() => gateway.listening.gateway.tracing.isOn, 'the exporter is loaded')
  return gateway
}

describe.each([
  ['gone', async () => `http://127.0.0.1:${await freePort()}`],
  ['hanging', async () => hanging.url],
  ['refusing', async () => refusing.url],
])('a collector that is %s', (_, url) => {
  it('fails no call, and does not hold up the end', async () => {
    const gateway = await startWith(await url())
    const key = gateway.key('ops')
    const call = () => postModern(`${gateway.url}/mcp`, key, 'tools/call', { name: 'up__hello', arguments: {} })
    const answers = await Promise.all(Array.from({ length: CALLS }, call))
    expect(answers.map(({ status, json }) => [status, json?.error])).toEqual(answers.map(() => [200, undefined]))
    const endingAtMs = performance.now()
    await gateway.close()
    // A hanging collector is given two seconds.
    expect(performance.now() - endingAtMs).toBeLessThan(10_000)
  })
})
