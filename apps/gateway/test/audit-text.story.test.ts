/** What callers write cannot forge the record, and secrets that they send are not in it. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { post, postModern } from './support/clients.ts'
import { type Audited, RECORD_ORDER, startAudited } from './support/start-audited.ts'
import { verifies } from './support/verifies.ts'

let on: Audited

beforeAll(async () => {
  on = await startAudited()
})
afterAll(() => on.close())

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
  ['an argument', (text: string) => on.call('up__look', { arguments: { text, [text]: 1 } })],
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
  const before = await on.everything()
  await send(text)
  const after = (await on.everything()).slice(before.length)
  expect(after.map(({ agent, seq }) => [agent, seq])).toEqual(
    after.map((__, index) => ['ops', before.length + index + 1]),
  )
  expect(after.length).toBeGreaterThan(0)
  for (const record of after)
    expect(Object.keys(record).filter((key) => !`${RECORD_ORDER} error`.split(' ').includes(key))).toEqual([])
  expect(on.lines().join('')).not.toMatch(/[\p{Cc}\u2028\u2029\u202e]/u)
})

it(verifies('audit.secrets', 'secrets in arguments, names and headers are not in the file'), async () => {
  const canaries = [
    'ghp_CanaryCanaryCanaryCanary00',
    'eyJhbGciOiJub25lIn0.eyJjYW5hcnkiOjF9.canarycanary',
    'sk_live_canarycanarycanary',
    'plain-canary-password',
  ]
  const [github, jwt, stripe, plain] = canaries as [string, string, string, string]
  await on.call('up__look', {
    arguments: { note: `use ${github}`, deep: [{ password: plain, apiKey: plain }], url: `https://u:${plain}@h/` },
  })
  await on.call('up__echo', { arguments: { note: jwt } })
  await postModern(on.url, on.key, 'resources/read', { uri: `note://a?token=${plain}` })
  await postModern(on.url, on.key, 'tools/call', { name: `up__${stripe}` }, { 'user-agent': `agent ${github}` })
  await post(on.url, on.key, JSON.stringify({ jsonrpc: '2.0', id: 1, method: `tools/${github}` }))
  await on.audit().flush()
  const text = on.lines().join('\n')
  for (const canary of [...canaries, on.key]) expect(text).not.toContain(canary)
  expect(text).toContain('[redacted')
})
