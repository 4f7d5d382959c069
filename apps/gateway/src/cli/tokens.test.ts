/** `causeway tokens` and `causeway agents restore`: what is revoked is said, listed and kept. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type CliFixture, createCliFixture } from './cli-fixture.ts'

const CONFIGURATION = `version: 1
upstreams: {}
auth: { issuers: [{ issuer: "https://idp.example" }] }
publicUrl: https://mcp.example
agents: { ops: { roles: [operator] }, "helpdesk-*": { roles: [support] } }
`

let cli: CliFixture
beforeEach(() => {
  cli = createCliFixture(CONFIGURATION)
})
afterEach(() => cli.remove())

test('revoke says what it revoked, and ls lists it, newest first', async () => {
  const one = await cli.run(['tokens', 'revoke', '--jti', 'a-token', '--issuer', 'https://idp.example', '--json'])
  expect(one.json().data).toMatchObject({
    jti: 'a-token',
    issuer: 'https://idp.example',
    subject: null,
    agent: null,
    issuedBefore: null,
  })
  const two = await cli.run(['tokens', 'revoke', '--subject', 'ada', '--issued-before', '2026-11-21T09:30Z', '--json'])
  expect(two.json().data).toMatchObject({ subject: 'ada', issuedBefore: '2026-11-21T09:30:00.000Z' })
  const { data } = (await cli.run(['tokens', 'ls', '--json'])).json()
  expect(data.map((each: { id: string }) => each.id)).toEqual([two.json().data.id, one.json().data.id])
  expect((await cli.run(['tokens', 'ls'])).stdout).toMatch(/^ID +JTI +SUBJECT .*\n[0-9a-f]{12} +- +ada /)
})

test('revoke of what is issued until now leaves room for clocks that are ahead', async () => {
  const before = Date.now()
  const { data } = (await cli.run(['tokens', 'revoke', '--agent', 'ops', '--json'])).json()
  const aheadMs = Date.parse(data.issuedBefore) - before
  expect(aheadMs).toBeGreaterThanOrEqual(30_000)
  expect(aheadMs).toBeLessThan(60_000)
})

test('revoke refuses what says nothing, and notes an issuer that is not configured', async () => {
  const nothing = await cli.run(['tokens', 'revoke', '--json'])
  expect([nothing.code, nothing.json().error.code]).toEqual([1, 'cannot_revoke'])
  // As a script does whose variable is not set.
  const empty = await cli.run(['tokens', 'revoke', '--jti', '', '--json'])
  expect([empty.code, empty.json().error.code]).toEqual([1, 'cannot_revoke'])
  const unknown = await cli.run(['tokens', 'revoke', '--agent', 'obs'])
  expect([unknown.code, unknown.stderr]).toEqual([0, expect.stringContaining('no agent "obs" is known')])
  const when = await cli.run(['tokens', 'revoke', '--issued-before', 'soon', '--json'])
  expect([when.code, when.json().error.code]).toEqual([1, 'usage'])
  const stranger = await cli.run(['tokens', 'revoke', '--issuer', 'https://idp.exmaple'])
  expect([stranger.code, stranger.stderr]).toEqual([0, expect.stringContaining('no issuer "https://idp.exmaple"')])
})

test('revoke knows the development issuer', async () => {
  const local = createCliFixture('version: 1\nupstreams: {}\nauth: { development: { port: 8999 } }\n')
  const { code, stderr } = await local.run(['tokens', 'revoke', '--issuer', 'http://127.0.0.1:8999'])
  expect([code, stderr]).toEqual([0, ''])
  local.remove()
})

test('a revoked agent gets no key until it is restored', async () => {
  const created = (await cli.run(['agents', 'create', 'ops', '--json'])).json().data
  const { data } = (await cli.run(['agents', 'revoke', 'ops', '--json'])).json()
  expect(data).toEqual({ agent: 'ops', revoked: [created.keyId], isAgentRevoked: true })
  const listed = (await cli.run(['agents', 'ls', '--json'])).json().data
  expect(listed).toMatchObject([{ agent: 'ops', isRevoked: true }, { agent: 'helpdesk-*' }])
  const refused = await cli.run(['agents', 'rotate', 'ops', '--json'])
  expect([refused.code, refused.json().error.code]).toEqual([1, 'agent_revoked'])
  expect((await cli.run(['agents', 'restore', 'ops', '--json'])).json().data).toEqual({ agent: 'ops', restored: true })
  expect((await cli.run(['agents', 'restore', 'ops', '--json'])).json().data).toEqual({ agent: 'ops', restored: false })
  expect((await cli.run(['agents', 'rotate', 'ops', '--json'])).code).toBe(0)
  expect((await cli.run(['agents', 'restore', 'opz', '--json'])).json().error.code).toBe('agent_unknown')
})

test.each([
  ['agents revoke', ['agents', 'revoke', 'helpdesk-*'], 'agent_unknown'],
  ['tokens revoke', ['tokens', 'revoke', '--agent', 'helpdesk-*'], 'cannot_revoke'],
  ['agents create', ['agents', 'create', 'helpdesk-*'], 'agent_name_invalid'],
  ['agents rotate', ['agents', 'rotate', 'helpdesk-*'], 'agent_unknown'],
])('%s refuses a glob of names, of which it would mean nobody', async (_, args, code) => {
  const refused = await cli.run([...args, '--json'])
  expect([refused.code, refused.json().error.code]).toEqual([1, code])
})
