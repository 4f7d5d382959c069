/** Rules with conditions: the tool is listed, and each call of it is judged by exactly the arguments that are forwarded. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendResult } from './fixtures/scripted-upstream.ts'
import { CLIENTS, connectAny } from './support/any-client.ts'
import { post, postModern } from './support/clients.ts'
import { until } from './support/start-gateway.ts'
import { type Scripted, startScripted } from './support/start-scripted.ts'
import { verifies } from './support/verifies.ts'

const properties = { limit: { type: 'integer' }, note: { type: 'string' }, extra: { type: 'object' } }
const QUERY = { name: 'query', inputSchema: { type: 'object', properties } }
const rule = (id: string, effect: string, tool: string, more: object = {}) => ({
  ...{ id, effect, roles: ['operator'], tools: [`up__${tool}`] },
  ...more,
})
const RULES = [
  rule('echo', 'allow', 'echo'),
  rule('small', 'allow', 'query', { when: 'args.limit <= 100', tell: true }),
  rule('noted', 'allow', 'note'),
  rule('no-secrets', 'deny', 'note', { when: 'args.note.contains("secret")' }),
  rule('mistyped', 'allow', 'mistyped', { when: 'args.limt <= 100' }),
]

let on: Scripted
beforeAll(async () => {
  const named = (name: string) => ({ ...QUERY, name })
  on = await startScripted({ tools: [QUERY, named('note'), named('mistyped')] }, { rules: RULES })
  // Conditions and tests are held against what was written down of the catalog.
  const known = join(on.gateway.dir, 'data/catalog.json')
  await until(() => existsSync(known) && readFileSync(known, 'utf8').includes('up__query'), 'the tools are known')
})
afterAll(() => on.close())

const meta =
  '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}'
const ERAS = ['modern', 'legacy'] as const
const ROUTES = { '/mcp': 'up__', '/s/up/mcp': '' } as const
const WAYS = ERAS.flatMap((era) => Object.entries(ROUTES).map(([route, prefix]) => ({ era, route, prefix })))

/** Calls with the arguments in exactly this spelling; without any when there is no text. */
async function call(tool: string, args: string | undefined, { era, route, prefix }: (typeof WAYS)[number]) {
  const before = on.upstream.received.length
  const params = `{"name":"${prefix}${tool}"${args === undefined ? '' : `,"arguments":${args}`}${era === 'modern' ? `,${meta}` : ''}}`
  const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': `${prefix}${tool}` }
  const answer = await post(`${on.gateway.url}${route}`, on.key, body, era === 'modern' ? headers : {})
  const sent = on.upstream.received.slice(before)
  return { ...answer, sent, outcome: answer.json?.error ? answer.json.error.data?.code : 'called' }
}

describe.each(WAYS)('$era on $route', (way) => {
  it('lists what a condition is about', async () => {
    const url = `${on.gateway.url}${way.route}`
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' })
    const { json } = await (way.era === 'modern' ? postModern(url, on.key, 'tools/list') : post(url, on.key, body))
    const names = ((json?.result?.tools ?? []) as { name: string }[]).map(({ name }) => name)
    expect(names).toEqual(['echo', 'query', 'note', 'mistyped'].map((name) => way.prefix + name))
  })

  it.each([
    ['query', '{"limit":100}', 'called'],
    ['query', '{ "limit" : 1e2, "note":"x" }', 'called'],
    ['query', '{"l\\u0069mit":100}', 'called'],
    ['query', '{"limit":7,"extra":{"big":9007199254740993}}', 'called'],
    ['query', '{"limit":101}', 'policy_denied'],
    ['query', '{"l\\u0069mit":101}', 'policy_denied'],
    ['note', '{"note":"hello"}', 'called'],
    ['note', '{"note":"a secret"}', 'policy_denied'],
    ['note', '{"note":"a s\\u0065cret"}', 'policy_denied'],
  ])(verifies('policy.arguments', 'judges a call of %s with %s: %s'), async (tool, args, expected) => {
    const { outcome, sent, json, status } = await call(tool, args, way)
    expect([status, outcome]).toEqual([200, expected])
    expect(sent.map(({ text }) => text.includes(`"arguments":${args}`))).toEqual(expected === 'called' ? [true] : [])
    if (expected === 'called') return
    expect(json?.error).toMatchObject({
      code: -32603,
      message: `Cannot call tool "${way.prefix}${tool}": the policy does not allow it with these arguments`,
      data: { upstream: 'up', tool: way.prefix + tool, retryable: false },
    })
    expect(json?.error?.data?.rule).toBe(tool === 'query' ? 'small' : undefined)
  })

  it.each([
    ['query', undefined],
    ['query', '{}'],
    ['query', 'null'],
    ['query', '[]'],
    ['query', '{"limit":"7"}'],
    ['query', '{"limit":null}'],
    ['query', '{"limit":[7]}'],
    ['query', '{"Limit":7}'],
    ['query', '{"limit":7,"LIMIT":700}'],
    ['query', '{"limit":7,"extra":{"a":1,"A":2}}'],
    ['query', '{"limit":-9007199254740993}'],
    ['query', `{"limit":7,"note":"${'x'.repeat(70_000)}"}`],
    ['note', undefined],
    ['note', '{}'],
    ['note', '{"note":7}'],
    ['note', '{"NOTE":"a secret"}'],
    ['note', '{"note":"hello","Note":"a secret"}'],
    ['mistyped', '{"limit":7}'],
    ['mistyped', '{"limt":7}'],
  ])(verifies('policy.error-denies', 'what cannot be judged is denied: %s with %.60s'), async (tool, args) => {
    const { outcome, sent } = await call(tool, args, way)
    expect([outcome, sent]).toEqual(['policy_denied', []])
  })

  it(verifies('policy.one-parser', 'keys that stand twice are refused before that'), async () => {
    const { status, sent } = await call('query', '{"limit":7,"limit":700}', way)
    expect([status, sent]).toEqual([400, []])
  })
})

it.each(CLIENTS)('%s is told in words', async (kind) => {
  const client = await connectAny(kind, { url: on.url, key: on.key })
  await expect(client.call('up__query', { limit: 500 })).rejects.toThrow(
    /policy does not allow it with these arguments/,
  )
  expect((await client.call('up__query', { limit: 5 })).content[0]?.text).toBe('echo')
  await client.close()
})

it('judges each round of a call anew', async () => {
  on.upstream.answers.set('query', ({ idText, params }, response) => {
    const inputRequests = {
      a: {
        method: 'elicitation/create',
        params: { message: 'Sure?', requestedSchema: { type: 'object', properties: {} } },
      },
    }
    const ask = { resultType: 'input_required', inputRequests, requestState: 'round-1' }
    sendResult(response, idText, params.inputResponses ? { content: [], resultType: 'complete' } : ask)
  })
  const _meta = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } }
  const send = (params: object) => postModern(on.url, on.key, 'tools/call', { name: 'up__query', _meta, ...params })
  const first = await send({ arguments: { limit: 5 } })
  expect(first.json?.result?.resultType).toBe('input_required')
  const requestState = first.json?.result?.requestState
  const next = { requestState, inputResponses: { a: { action: 'accept', content: {} } } }
  const before = on.upstream.received.length
  expect((await send({ arguments: { limit: 500 }, ...next })).json?.error?.data?.code).toBe('policy_denied')
  expect(on.upstream.received.length).toBe(before)
  expect((await send({ arguments: { limit: 5 }, ...next })).json?.result?.resultType).toBe('complete')
  on.upstream.answers.delete('query')
})

it(verifies('policy.reload', 'a policy whose tests of conditions fail never becomes active'), async () => {
  const upstreams = { up: { url: on.upstream.url } }
  const agents = { ops: { roles: ['operator'] } }
  const tests = (limit: number) => [{ as: 'ops', call: 'up__query', args: { limit }, expect: 'allow' }]
  const wider = RULES.map((each) => (each.id === 'small' ? { ...each, when: 'args.limit <= 1000' } : each))
  const way = WAYS[0] as (typeof WAYS)[number]
  on.gateway.write({ upstreams, agents, rules: wider, tests: tests(2_000) })
  expect(() => on.gateway.listening.reload()).toThrow(/Want allow for "ops" on "up__query", got deny: rule "small"/)
  expect((await call('query', '{"limit":500}', way)).outcome).toBe('policy_denied')
  on.gateway.write({ upstreams, agents, rules: wider, tests: tests(1_000) })
  on.gateway.listening.reload()
  expect((await call('query', '{"limit":500}', way)).outcome).toBe('called')
  on.gateway.write({ upstreams, agents, rules: [{ ...wider[1], when: 'args.limit <' }] })
  expect(() => on.gateway.listening.reload()).toThrow(/causeway\.yaml:\d+:\d+ rules\[0\]\.when: /)
  expect((await call('query', '{"limit":500}', way)).outcome).toBe('called')
})

it('a new condition that does not fit the input schema is refused, one in force is told of', async () => {
  const upstreams = { up: { url: on.upstream.url } }
  const misfit = rule('misfit', 'deny', 'query', { when: 'args.limits > 5' })
  const agents = { ops: { roles: ['operator'] } }
  on.gateway.write({ upstreams, agents, rules: [...RULES, misfit] })
  expect(() => on.gateway.listening.reload()).toThrow(
    /causeway\.yaml:\d+ rule "misfit": its condition denies every call of "up__query".* No such key: limits/,
  )
  on.gateway.write({ upstreams, agents, rules: [...RULES, rule('fit', 'allow', 'echo')] })
  on.gateway.listening.reload()
})

describe(verifies('policy.linear', 'nothing from outside makes the gateway think for long'), () => {
  const evil = `${'a'.repeat(30_000)}!`
  const schema = {
    type: 'object',
    properties: { text: { type: 'string', pattern: '^(a+)+$' }, list: { type: 'array' } },
  }
  let slow: Scripted
  beforeAll(async () => {
    const when = `args.text.contains("${'a'.repeat(400)}b") || args.list.exists(i, i.contains("ab"))`
    const rules = [
      rule('all', 'allow', 'evil'),
      rule('glob', 'deny', `${'*a'.repeat(20)}*`),
      rule('condition', 'deny', 'evil', { when }),
    ]
    slow = await startScripted({ tools: [{ name: 'evil', inputSchema: schema }] }, { rules: [...rules, RULES[0]] })
  })
  afterAll(() => slow.close())

  it.each([
    ['a long text', { text: evil, list: [] }, undefined],
    ['a long list', { text: 'x', list: new Array(1_000).fill('a'.repeat(50)) }, undefined],
    ['too long a list', { text: 'x', list: new Array(1_001).fill('a') }, 'policy_denied'],
    ['what is too long', { text: evil + evil + evil, list: [] }, 'policy_denied'],
  ])('%s', async (_, args, expected) => {
    const startedMs = performance.now()
    const { json } = await postModern(slow.url, slow.key, 'tools/call', { name: 'up__evil', arguments: args })
    expect(json?.error?.data?.code).toBe(expected)
    expect(performance.now() - startedMs).toBeLessThan(1_000)
  })

  it('regular expressions in conditions are refused with their line', () => {
    const rules = [rule('regex', 'deny', 'evil', { when: 'args.text.matches("^(a+)+$")' })]
    slow.gateway.write({ upstreams: { up: { url: slow.upstream.url } }, rules })
    expect(() => slow.gateway.listening.reload()).toThrow(/rules\[0\]\.when: "matches" is no function of conditions/)
  })
})
