/** Every way in which a request can end is in the record, once; and a flood of strangers does not fill it. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { post, postModern } from './support/clients.ts'
import { openLegacyStream, openModernStream } from './support/open-stream.ts'
import { type Audited, startAudited } from './support/start-audited.ts'
import { until } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

let on: Audited

beforeAll(async () => {
  on = await startAudited()
})
afterAll(() => on.close())

const legacy = (message: object, headers: Record<string, string> = {}) =>
  post(on.url, on.key, JSON.stringify({ jsonrpc: '2.0', id: 1, ...message }), headers)
const initialize = () =>
  legacy({
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } },
  })

/** Every way in which a request ends, and what the record says of it: kind, status and error of each record. */
const OUTCOMES: [what: string, send: () => Promise<{ headers: Headers }>, records: unknown[][]][] = [
  ['a result', () => on.call('up__look'), [['result', 200, undefined]]],
  [
    'a result of a write',
    () => on.call('up__echo'),
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
    () => on.call('up__broken'),
    [
      ['intent', null, undefined],
      ['result', 200, 'tool_error'],
    ],
  ],
  [
    'an error of the upstream',
    () => on.call('up__refusing'),
    [
      ['intent', null, undefined],
      ['result', 200, 'upstream_error'],
    ],
  ],
  [
    'nonsense of the upstream',
    () => on.call('up__garbage'),
    [
      ['intent', null, undefined],
      ['result', 200, 'upstream_invalid'],
    ],
  ],
  [
    'silence of the upstream',
    () => on.call('up__silent'),
    [
      ['intent', null, undefined],
      ['result', 200, 'upstream_timeout'],
    ],
  ],
  ['an unknown tool', () => on.call('up__none'), [['attempt', 200, 'unknown_tool']]],
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
    () => on.call('up__guarded', { arguments: { n: 9 } }),
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
  [
    'a stream of a session',
    async () => {
      const session = (await initialize()).headers.get('mcp-session-id') as string
      const stream = await openLegacyStream(on.url, on.key, { 'mcp-session-id': session })
      stream.close()
      return stream
    },
    [['attempt', 200, undefined]],
  ],
  [
    'a stream of the modern era',
    async () => {
      const stream = await openModernStream(on.url, on.key, { toolsListChanged: true })
      stream.close()
      await until(async () => (await on.recordsOf(stream)).length > 0, 'it is recorded')
      return stream
    },
    [['attempt', 200, undefined]],
  ],
  ['a list', () => postModern(on.url, on.key, 'tools/list'), []],
  ['a ping', () => legacy({ method: 'ping' }), []],
]

it.each(OUTCOMES)(verifies('audit.complete', '%s leaves what it should, once'), async (_, send, expected) => {
  const records = await on.recordsOf(await send())
  expect(records.map(({ kind, status, error }) => [kind, status, error])).toEqual(expected)
})

it(
  verifies('audit.complete', 'a flood of strangers is a few records and a count, and all of them are there'),
  async () => {
    const before = (await on.everything()).length
    for (let i = 0; i < 10; i++)
      await Promise.all(Array.from({ length: 20 }, () => post(on.url, `cwy_live_wrong${i}`, '{}')))
    on.audit().strangers.flush()
    const all = (await on.everything()).slice(before)
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
