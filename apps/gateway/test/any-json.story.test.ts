/** Any JSON document, wherever it stands in a request, is answered in order: served, or refused by a code of the table, and never a failure of the inside. */
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { objectText, valueText } from './support/arbitrary-json.ts'
import { post } from './support/clients.ts'
import { expectNoLeak } from './support/failure-of.ts'
import { type Scripted, startScripted } from './support/start-scripted.ts'
import { verifies } from './support/verifies.ts'

const CLAIM = '"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}'
const METHODS = [
  ...['initialize', 'ping', 'server/discover', 'tools/list', 'tools/call', 'prompts/get', 'resources/read'],
  ...['completion/complete', 'logging/setLevel', 'resources/subscribe', 'subscriptions/listen', 'tasks/get'],
  ...['notifications/cancelled', 'notifications/initialized', 'no/such'],
]

let scripted: Scripted
beforeAll(async () => {
  scripted = await startScripted({ prompts: [{ name: 'p' }], resources: [{ uri: 'up://one', name: 'one' }] })
  Object.assign(scripted.gateway.listening.gateway.live.config.limits.agent, { perMinute: 0 })
})
afterAll(() => scripted.close())
afterEach(() => scripted.expectServing())

const message = (method: string, params: string) => `{"jsonrpc":"2.0","id":7,"method":"${method}","params":${params}}`
const method = fc.constantFrom(...METHODS)
const field = fc.constantFrom(
  'name',
  'uri',
  'arguments',
  'ref',
  'argument',
  '_meta',
  'cursor',
  'taskId',
  'capabilities',
)
/** A document in each of the places that a request has for one. */
const bodies: Record<string, fc.Arbitrary<string>> = {
  'as the body': valueText,
  'as the params': fc.tuple(method, valueText).map(([name, value]) => message(name, value)),
  'as the id': valueText.map((value) => `{"jsonrpc":"2.0","id":${value},"method":"ping"}`),
  'as a parameter': fc
    .tuple(method, field, valueText)
    .map(([name, key, value]) => message(name, `{"${key}":${value}}`)),
  'as the arguments of a modern call': objectText.map(({ text }) =>
    message('tools/call', `{"name":"up__echo","arguments":${text},"_meta":{${CLAIM}}}`),
  ),
  'as a member of a modern _meta': valueText.map((value) =>
    message('tools/call', `{"name":"up__echo","_meta":{${CLAIM},"progressToken":${value}}}`),
  ),
}
const HEADERS = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'up__echo' }
const REFUSALS = [400, 404, 406]

it.each(Object.keys(bodies))(verifies('edge.json', '%s'), async (place) => {
  const headers = place.includes('modern') ? HEADERS : {}
  let served = 0
  const run = fc.asyncProperty(bodies[place] as fc.Arbitrary<string>, async (body) => {
    const { status, text, json } = await post(scripted.url, scripted.key, body, headers)
    expectNoLeak(text)
    expect(json?.error?.data?.code).not.toBe('internal')
    if (status === 200 || status === 202) served++
    else expect(REFUSALS).toContain(status)
  })
  await fc.assert(run, { numRuns: 100 })
  if (place.includes('arguments')) expect(served).toBeGreaterThan(50)
})

it.each(['', '{', 'nonsense', '{"jsonrpc":"2.0"', '[1,]', '\u0000'])(
  verifies('edge.json', 'what is no JSON gets 400: %j'),
  async (body) => {
    expect((await post(scripted.url, scripted.key, body)).status).toBe(400)
  },
)
