/** What a legacy upstream says on its session's own stream reaches the call that it must belong to, and nobody when there are several. */
import type { ServerResponse } from 'node:http'
import { pino } from 'pino'
import { Pool } from 'undici'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  events,
  json,
  legacy,
  resultOf,
  type ScriptedPort,
  startScripts,
} from '../../../test/fixtures/scripted-upstream.ts'
import { until } from '../../../test/support/start-gateway.ts'
import type { Connection, UpstreamCall } from '../connection.ts'
import { OWN_CALL } from '../own-call.ts'
import { connectLegacyHttp } from './http-legacy.ts'

let upstream: ScriptedPort
let connection: Connection
let pools: { dispatcher: Pool; streams: Pool }
/** The stream of the agent's session, and what the gateway answered to what was asked on it. */
let stream: ServerResponse | undefined
let answers: { id: unknown; result?: unknown; error?: { code: number } }[]
/** Calls under way, by tool name. */
let calls: Map<string, () => void>

beforeEach(async () => {
  stream = undefined
  answers = []
  calls = new Map()
  const plain = legacy([], {
    call: ({ id, params }, response) =>
      void calls.set(String(params.name), () => json(response, resultOf(id, { content: [] }))),
  })
  upstream = await startScripts({
    old(request, response) {
      const { headers, method, text } = request
      if (method === '') answers.push(JSON.parse(text) as (typeof answers)[number])
      // The first session is the catalog's.
      if (method === 'GET' && headers['mcp-session-id'] === 'session-2') {
        stream = response
        events(response)
      } else if (method === '') response.writeHead(202).end()
      else plain(request, response)
    },
  })
  const { origin, pathname: path } = new URL(upstream.url('old'))
  pools = { dispatcher: new Pool(origin), streams: new Pool(origin) }
  const target = {
    upstream: 'old',
    path,
    headers: {},
    log: pino({ level: 'silent' }),
    ...pools,
    others: async () => pools.streams,
  }
  connection = await connectLegacyHttp(target, async () => undefined, AbortSignal.timeout(5_000))
})
afterEach(async () => {
  await connection.close()
  await Promise.all([pools.dispatcher.destroy(), pools.streams.destroy()])
  await upstream.close()
})

async function begin(name: string) {
  const heard: string[] = []
  const call: UpstreamCall = {
    ...OWN_CALL,
    idText: '1',
    method: 'tools/call',
    params: JSON.stringify({ name }),
    sessionKey: '["agent",1,"{}"]',
    capabilities: '{"roots":{}}',
    signal: AbortSignal.timeout(5_000),
    onRequest: async ({ method }) => ({ result: JSON.stringify({ answeredBy: name, method }) }),
    onNotification: (_text, method) => void heard.push(method),
  }
  const done = connection.call(call)
  await until(() => calls.has(name), `${name} is under way`)
  const end = () => {
    calls.get(name)?.()
    return done
  }
  return { heard, end }
}

async function ask(id: string, method = 'roots/list') {
  stream?.write(`data: ${JSON.stringify({ jsonrpc: '2.0', id, method, params: {} })}\n\n`)
  await until(() => answers.some((answer) => answer.id === id), `${id} is answered`)
  return answers.find((answer) => answer.id === id)
}
const tell = () => stream?.write('data: {"jsonrpc":"2.0","method":"notifications/message","params":{}}\n\n')

it('gives it to the only call', async () => {
  const call = await begin('only')
  tell()
  expect(await ask('q')).toMatchObject({ result: { answeredBy: 'only', method: 'roots/list' } })
  expect(call.heard).toEqual(['notifications/message'])
  await call.end()
})

it('gives it to none of several calls, refuses what is asked, and answers pings', async () => {
  const [first, second] = [await begin('first'), await begin('second')]
  tell()
  expect(await ask('q')).toMatchObject({ error: { code: -32600 } })
  expect(await ask('p', 'ping')).toMatchObject({ result: {} })
  expect([...first.heard, ...second.heard]).toEqual([])
  await first.end()
  expect(await ask('later')).toMatchObject({ result: { answeredBy: 'second' } })
  await second.end()
})

it('refuses what is asked when there is no call', async () => {
  await (await begin('over')).end()
  expect(await ask('q')).toMatchObject({ error: { code: -32600 } })
})
