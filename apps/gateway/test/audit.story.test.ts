/** The audit record as an investigator finds it: what was attempted, by whom, by which rule, and how it ended. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AuditRecord } from '../src/audit/read-records.ts'
import { runIn } from '../src/cli/cli-fixture.ts'
import { sendResult } from './fixtures/scripted-upstream.ts'
import { post, postModern } from './support/clients.ts'
import { type Scripted, startScripted } from './support/start-scripted.ts'
import { verifies } from './support/verifies.ts'

const READ = { name: 'look', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } }
const OTHERS = ['drop', 'broken', 'refusing', 'garbage', 'silent', 'guarded'].map((name) => ({
  name,
  inputSchema: { type: 'object', properties: { n: { type: 'integer' } } },
}))
let on: Scripted

beforeAll(async () => {
  on = await startScripted(
    { tools: [READ, ...OTHERS], prompts: [{ name: 'plan' }], resources: [{ uri: 'note://a', name: 'a' }] },
    {
      up: { tools: { look: { effect: 'read' }, silent: { timeout: '100ms' } } },
      limits: { agent: { perMinute: 0 }, write: { perMinute: 0 } },
      agents: { ops: { roles: ['operator'] }, other: { roles: ['viewer'] } },
      rules: [
        { id: 'operators', effect: 'allow', roles: ['operator'], tools: ['*'], prompts: ['*'], resources: ['*'] },
        { id: 'guard', effect: 'deny', roles: ['operator'], tools: ['up__guarded'], when: 'args.n > 5' },
        { id: 'no-drops', effect: 'deny', roles: ['viewer'], tools: ['up__drop'] },
        { id: 'viewers', effect: 'allow', roles: ['viewer'], tools: ['*'] },
      ],
    },
  )
  const { answers } = on.upstream
  answers.set('broken', ({ idText }, response) =>
    sendResult(response, idText, { content: [], isError: true, resultType: 'complete' }),
  )
  answers.set('refusing', ({ idText }, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(`{"jsonrpc":"2.0","id":${idText},"error":{"code":-32050,"message":"no"}}`)
  })
  answers.set('garbage', (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{'))
  answers.set('silent', () => {})
})
afterAll(() => on.close())

const audit = () => on.gateway.listening.gateway.audit
const segmentPaths = () => {
  const folder = join(on.gateway.dir, 'data/audit')
  return readdirSync(folder).map((name) => join(folder, name))
}
const linesOf = () => segmentPaths().flatMap((path) => readFileSync(path, 'utf8').trimEnd().split('\n'))
/** All records there are, oldest first. */
async function everything(): Promise<AuditRecord[]> {
  await audit().flush()
  return (await audit().readRecords({ limit: 10_000 })).reverse()
}
/** The records of a request, oldest first. */
async function recordsOf(answer: { headers: Headers }): Promise<AuditRecord[]> {
  await audit().flush()
  const request = answer.headers.get('x-request-id') as string
  return (await audit().readRecords({ request, limit: 10 })).reverse()
}

const ORDER =
  'v seq time instance requestId traceId origin agent keyId user act era route method upstream tool definitionHash policyVersion rule decision reason approvalId argsDigest args kind status resultBytes ms client prevHash hash'

it('a call that reads leaves one record, with all that is known of it, in the order of the contract', async () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  const params = { name: 'up__look', arguments: { a: 1 }, _meta: { traceparent } }
  const answer = await postModern(on.url, on.key, 'tools/call', params, { 'user-agent': 'story/1' })
  const records = await recordsOf(answer)
  expect(records).toHaveLength(1)
  const [record] = records
  expect(Object.keys(record as object).join(' ')).toBe(ORDER)
  expect(record).toMatchObject({
    v: 1,
    requestId: answer.headers.get('x-request-id'),
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    origin: 'cli',
    agent: 'ops',
    user: null,
    act: null,
    era: 'modern',
    route: null,
    method: 'tools/call',
    upstream: 'up',
    tool: 'up__look',
    rule: 'operators',
    decision: 'allow',
    reason: null,
    approvalId: null,
    args: { a: 1 },
    kind: 'result',
    status: 200,
    resultBytes: Number(answer.headers.get('content-length')),
    client: { ip: '127.0.0.1', userAgent: 'story/1' },
  })
  expect(record?.definitionHash).toMatch(/^[0-9a-f]{64}$/)
  expect(record?.argsDigest).toBe('015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862')
  expect(on.key).toContain(record?.keyId)
})
it('a call that may write leaves its intent before, and its result after', async () => {
  const answer = await postModern(on.url, on.key, 'tools/call', { name: 'up__echo', arguments: {} })
  const records = await recordsOf(answer)
  expect(records.map(({ kind, status }) => [kind, status])).toEqual([
    ['intent', null],
    ['result', 200],
  ])
})

it('what is hidden from a caller is named, with the rule that hides it', async () => {
  const key = on.gateway.key('other')
  const answer = await postModern(on.url, key, 'tools/call', { name: 'up__drop', arguments: {} })
  expect(await recordsOf(answer)).toMatchObject([
    {
      agent: 'other',
      upstream: 'up',
      tool: 'up__drop',
      rule: 'no-drops',
      decision: 'deny',
      kind: 'attempt',
      error: 'unknown_tool',
    },
  ])
  const nothing = await postModern(on.url, key, 'tools/call', { name: 'up__nothing', arguments: {} })
  expect(await recordsOf(nothing)).toMatchObject([
    { upstream: null, tool: 'up__nothing', rule: null, decision: null, kind: 'attempt', error: 'unknown_tool' },
  ])
})

it('what is refused before it is read is recorded too', async () => {
  const answer = await post(on.url, 'cwy_live_nonsense', '{}')
  expect(answer.status).toBe(401)
  expect(await recordsOf(answer)).toMatchObject([
    { agent: null, method: 'POST', status: 401, error: 'unauthorized', reason: 'malformed', kind: 'attempt' },
  ])
})

it('lists are not recorded', async () => {
  expect(await recordsOf(await postModern(on.url, on.key, 'tools/list'))).toEqual([])
})

const modern = (name: string, params: object = {}) =>
  postModern(on.url, on.key, 'tools/call', { name, arguments: {}, ...params })
const legacy = (message: object, headers: Record<string, string> = {}) =>
  post(on.url, on.key, JSON.stringify({ jsonrpc: '2.0', id: 1, ...message }), headers)
const initialize = () =>
  legacy({
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } },
  })

/** Every way in which a request ends, and what the record says of it: kind, status and error of each record. */
const OUTCOMES: [what: string, send: () => Promise<{ headers: Headers }>, records: unknown[][]][] = [
  ['a result', () => modern('up__look'), [['result', 200, undefined]]],
  [
    'a result of a write',
    () => modern('up__echo'),
    [
      ['intent', null, undefined],
      ['result', 200, undefined],
    ],
  ],
  ['a prompt', () => postModern(on.url, on.key, 'prompts/get', { name: 'up__plan' }), [['result', 200, undefined]]],
  ['a resource', () => postModern(on.url, on.key, 'resources/read', { uri: 'note://a' }), [['result', 200, undefined]]],
  [
    'a completion',
    () =>
      postModern(on.url, on.key, 'completion/complete', {
        ref: { type: 'ref/prompt', name: 'up__plan' },
        argument: { name: 'a', value: '' },
      }),
    [['result', 200, undefined]],
  ],
  [
    'a tool error',
    () => modern('up__broken'),
    [
      ['intent', null, undefined],
      ['result', 200, 'tool_error'],
    ],
  ],
  [
    'an error of the upstream',
    () => modern('up__refusing'),
    [
      ['intent', null, undefined],
      ['result', 200, 'upstream_error'],
    ],
  ],
  [
    'nonsense of the upstream',
    () => modern('up__garbage'),
    [
      ['intent', null, undefined],
      ['result', 200, 'upstream_invalid'],
    ],
  ],
  [
    'silence of the upstream',
    () => modern('up__silent'),
    [
      ['intent', null, undefined],
      ['result', 200, 'upstream_timeout'],
    ],
  ],
  ['an unknown tool', () => modern('up__none'), [['attempt', 200, 'unknown_tool']]],
  [
    'an unknown prompt',
    () => postModern(on.url, on.key, 'prompts/get', { name: 'none' }),
    [['attempt', 200, 'unknown_prompt']],
  ],
  [
    'an unknown resource',
    () => postModern(on.url, on.key, 'resources/read', { uri: 'x://none' }),
    [['attempt', 200, 'unknown_resource']],
  ],
  [
    'a condition that denies',
    () => modern('up__guarded', { arguments: { n: 9 } }),
    [['attempt', 200, 'policy_denied']],
  ],
  ['an unknown method', () => postModern(on.url, on.key, 'tools/none'), [['attempt', 404, 'method_not_found']]],
  ['no credential', () => post(on.url, undefined, '{}'), [['attempt', 401, 'unauthorized']]],
  [
    'a foreign origin',
    () => post(on.url, on.key, '{}', { origin: 'https://evil.example' }),
    [['attempt', 403, 'origin_forbidden']],
  ],
  ['no JSON', () => post(on.url, on.key, '{'), [['attempt', 400, 'parse_error']]],
  ['a batch', () => post(on.url, on.key, '[]'), [['attempt', 400, 'invalid_request']]],
  [
    'an unknown route',
    () => post(on.url.replace('/mcp', '/s/none/mcp'), on.key, '{"jsonrpc":"2.0","id":1,"method":"ping"}'),
    [['attempt', 404, 'unknown_route']],
  ],
  [
    'a wrong media type',
    () => post(on.url, on.key, '{}', { 'content-type': 'text/plain' }),
    [['attempt', 415, 'media_type_unsupported']],
  ],
  ['a session that begins', () => initialize(), [['attempt', 200, undefined]]],
  [
    'a session that ends',
    async () => {
      const session = (await initialize()).headers.get('mcp-session-id') as string
      return fetch(on.url, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${on.key}`, 'mcp-session-id': session },
      })
    },
    [['attempt', 204, undefined]],
  ],
  [
    'a session that is not there',
    () => legacy({ method: 'ping' }, { 'mcp-session-id': 'none' }),
    [['attempt', 404, 'session_not_found']],
  ],
  ['a list', () => postModern(on.url, on.key, 'tools/list'), []],
  ['a ping', () => legacy({ method: 'ping' }), []],
]

it.each(OUTCOMES)(verifies('audit.complete', '%s leaves what it should, once'), async (_, send, expected) => {
  const records = await recordsOf(await send())
  expect(records.map(({ kind, status, error }) => [kind, status, error])).toEqual(expected)
})

it(
  verifies('audit.complete', 'a flood of strangers is a few records and a count, and all of them are there'),
  async () => {
    const before = (await everything()).length
    for (let i = 0; i < 10; i++)
      await Promise.all(Array.from({ length: 20 }, () => post(on.url, `cwy_live_wrong${i}`, '{}')))
    audit().strangers.flush()
    const all = (await everything()).slice(before)
    const counted = all.filter(({ method }) => method === 'causeway/audit/refused')
    const sum = counted.reduce((total, { args }) => total + (args as { count: number }).count, 0)
    const single = all.filter(({ error }) => error === 'unauthorized').length
    expect(single + sum).toBe(200)
    expect(single).toBeLessThan(30)
    expect(counted.at(-1)).toMatchObject({
      origin: 'gateway',
      args: { address: '127.0.0.1', errors: { unauthorized: expect.any(Number) } },
    })
  },
)

const FORGED = '{"v":1,"seq":1,"time":"2026-01-01T00:00:00.000Z","agent":"ceo"}'
it.each([
  [
    'a tool name',
    (text: string) =>
      postModern(
        on.url,
        on.key,
        'tools/call',
        { name: text },
        { 'mcp-name': `=?base64?${Buffer.from(text).toString('base64')}?=` },
      ),
  ],
  [
    'a URI',
    (text: string) =>
      postModern(
        on.url,
        on.key,
        'resources/read',
        { uri: text },
        { 'mcp-name': `=?base64?${Buffer.from(text).toString('base64')}?=` },
      ),
  ],
  ['a method', (text: string) => post(on.url, on.key, JSON.stringify({ jsonrpc: '2.0', id: 1, method: text }))],
  ['an argument', (text: string) => modern('up__look', { arguments: { text, [text]: 1 } })],
  [
    'arguments on many lines',
    (text: string) =>
      post(
        on.url,
        on.key,
        JSON.stringify(
          { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'up__look', arguments: { text } } },
          null,
          '\n  ',
        ),
      ),
  ],
])(verifies('audit.escape', 'control characters in %s add no line and no member'), async (_, send) => {
  const text = `a\r\n${FORGED}\n\u2028\u2029\u0085\u202e\u0000\u001b[31m","kind":"x`
  const before = await everything()
  await send(text)
  const after = (await everything()).slice(before.length)
  expect(after.map(({ agent, seq }) => [agent, seq])).toEqual(
    after.map((__, index) => ['ops', before.length + index + 1]),
  )
  expect(after.length).toBeGreaterThan(0)
  for (const record of after)
    expect(Object.keys(record).filter((key) => !`${ORDER} error`.split(' ').includes(key))).toEqual([])
  expect(linesOf().join('')).not.toMatch(/[\p{Cc}\u2028\u2029\u202e]/u)
})

it(verifies('audit.secrets', 'secrets in arguments, names and headers are not in the file'), async () => {
  const canaries = [
    'ghp_CanaryCanaryCanaryCanary00',
    'eyJhbGciOiJub25lIn0.eyJjYW5hcnkiOjF9.canarycanary',
    'sk_live_canarycanarycanary',
    'plain-canary-password',
  ]
  const [github, jwt, stripe, plain] = canaries as [string, string, string, string]
  await modern('up__look', {
    arguments: { note: `use ${github}`, deep: [{ password: plain, apiKey: plain }], url: `https://u:${plain}@h/` },
  })
  await modern('up__echo', { arguments: { note: jwt } })
  await postModern(on.url, on.key, 'resources/read', { uri: `note://a?token=${plain}` })
  await postModern(on.url, on.key, 'tools/call', { name: `up__${stripe}` }, { 'user-agent': `agent ${github}` })
  await post(on.url, on.key, JSON.stringify({ jsonrpc: '2.0', id: 1, method: `tools/${github}` }))
  await audit().flush()
  const text = linesOf().join('\n')
  for (const canary of [...canaries, on.key]) expect(text).not.toContain(canary)
  expect(text).toContain('[redacted')
})

it('the file holds one whole line for each record', async () => {
  expect((await everything()).map(({ seq }) => seq)).toEqual(linesOf().map((_, index) => index + 1))
})

it('`causeway audit verify` and `export` read it while the gateway writes', async () => {
  const cli = (...args: string[]) => runIn(on.gateway.dir, args)
  const verified = await cli('audit', 'verify', '--json')
  expect([verified.code, verified.json().ok, verified.json().data.isKeyTrusted]).toEqual([0, true, true])
  const exported = await cli('audit', 'export', '--agent', 'other', '--since', '1h')
  expect(
    exported.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as AuditRecord).agent),
  ).toEqual(['other', 'other'])
  const [path] = segmentPaths()
  const good = readFileSync(path as string, 'utf8')
  const lines = good.split('\n')
  writeFileSync(path as string, lines.toSpliced(6, 1).join('\n'))
  const broken = await cli('audit', 'verify', '--json')
  expect(broken.code).toBe(8)
  expect(broken.json()).toMatchObject({
    ok: false,
    error: { code: 'audit_broken', message: expect.stringContaining('record 7 of chain') },
  })
  writeFileSync(path as string, good)
})

it('a request has one id in the answer, the record and at the upstream', async () => {
  const answer = await modern('up__look')
  const id = answer.headers.get('x-request-id')
  expect(on.upstream.received.at(-1)?.headers['x-request-id']).toBe(id)
  expect((await recordsOf(answer)).map(({ requestId }) => requestId)).toEqual([id])
})

it('records are told as they come to who listens', async () => {
  const heard: AuditRecord[] = []
  const stop = audit().subscribe((record) => heard.push(record), { tool: 'up__look' })
  const answer = await modern('up__look')
  await modern('up__echo')
  await audit().flush()
  stop()
  await modern('up__look')
  await audit().flush()
  expect(heard.map(({ requestId }) => requestId)).toEqual([answer.headers.get('x-request-id')])
})
