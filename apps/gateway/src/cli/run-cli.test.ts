/** Commands that work on the file and the store: what they print, and how they end. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createAuthenticator } from '../identity/authenticate.ts'
import { openStore } from '../store/open-store.ts'
import { type CliFixture, createCliFixture } from './cli-fixture.ts'

const CONFIGURATION = `version: 1
upstreams:
  db: { url: "http://127.0.0.1:9102/mcp" }
agents:
  ops: { roles: [operator] }
  "helpdesk-*": { roles: [support] }
rules:
  - { id: ops-all, effect: allow, roles: [operator], tools: ["*"] }
  - { id: reads, effect: allow, roles: [support], tools: ["effect:read"] }
  - { id: nobody-drops, effect: deny, roles: ["*"], tools: ["db__drop"] }
tests:
  - { as: ops, call: db__query, expect: allow }
  - { as: helpdesk-1, call: db__drop, expect: deny }
`
const facts = (publicName: string, effect: string) => ({
  publicName,
  aliases: [],
  upstream: 'db',
  effect,
  scopes: [],
  tags: [],
})

let cli: CliFixture

beforeEach(() => {
  cli = createCliFixture(CONFIGURATION)
})
afterEach(() => cli.remove())

function publishCatalog(...tools: object[]): void {
  mkdirSync(cli.dataDir, { recursive: true, mode: 0o700 })
  writeFileSync(join(cli.dataDir, 'catalog.json'), JSON.stringify({ tools, prompts: [], resources: [], templates: [] }))
}

async function accepts(key: string): Promise<string | undefined> {
  const store = openStore(cli.dataDir, {})
  const auth = createAuthenticator({ store })
  const verdict = auth.authenticate([`Bearer ${key}`])
  auth.close()
  store.close()
  return verdict.ok ? `${verdict.caller.agent} ${verdict.caller.roles?.join(',') ?? '-'}` : undefined
}

test('create: exactly the published answer, a key that works, and a name that is taken afterwards', async () => {
  const made = await cli.run(['agents', 'create', 'bot', '--role', 'support', '--role', 'viewer', '--json'])
  expect(made.code).toBe(0)
  const { ok, data, ...rest } = made.json()
  expect([ok, rest, Object.keys(data)]).toEqual([true, {}, ['agent', 'keyId', 'key']])
  expect(data.key).toMatch(new RegExp(`^cwy_live_${data.keyId}_[0-9A-Za-z]{38}$`))
  expect(await accepts(data.key)).toBe('bot support,viewer')
  expect(made.stderr).toContain('no rule names the role "viewer"')
  const again = await cli.run(['agents', 'create', 'bot', '--json'])
  expect(again.code).toBe(1)
  const error = {
    code: 'agent_exists',
    message: expect.any(String),
    hint: expect.stringContaining('agents rotate bot'),
  }
  expect(again.json()).toEqual({ ok: false, error })
})

test('create: for an agent of the file a key, never roles', async () => {
  const [refused, byGlob] = await Promise.all([
    cli.run(['agents', 'create', 'helpdesk-7', '--role', 'operator', '--json']),
    cli.run(['agents', 'create', 'helpdesk-7']),
  ])
  expect([refused.code, refused.json().error.code]).toEqual([1, 'managed_by_file'])
  expect(byGlob.stdout).toMatch(/^cwy_live_\S+\n$/)
  expect(await accepts(byGlob.stdout.trim())).toBe('helpdesk-7 -')
  await cli.run(['agents', 'create', 'helpdesk-7'])
  const third = await cli.run(['agents', 'create', 'helpdesk-7', '--json'])
  expect([third.code, third.json().error.code]).toEqual([1, 'too_many_keys'])
})

test('create: bad names, roles and lives are refused and leave nothing', async () => {
  const refusals = [
    ['Bot'],
    ['-'],
    ['a b'],
    ['x'.repeat(65)],
    ['b', '--role', 'No'],
    ['b', '--expires', '5'],
    ['b', '--expires', '0s'],
  ]
  const ended = await Promise.all(refusals.map((args) => cli.run(['agents', 'create', ...args, '--json'])))
  expect(ended.map(({ code }) => code)).toEqual(refusals.map(() => 1))
  const { data } = (await cli.run(['ls', 'agents', '--json'])).json()
  expect(data.map((each: { agent: string }) => each.agent)).toEqual(['ops', 'helpdesk-*'])
})

test('rotate, revoke and ls follow a key through its life', async () => {
  const first = (await cli.run(['agents', 'create', 'bot', '--json'])).json().data
  const second = (await cli.run(['agents', 'rotate', 'bot', '--overlap', '1h', '--json'])).json().data
  expect(second.previous.keyId).toBe(first.keyId)
  expect([await accepts(first.key), await accepts(second.key)]).toEqual(['bot ', 'bot '])
  const one = await cli.run(['agents', 'revoke', first.key, '--json'])
  expect(one.json()).toEqual({ ok: true, data: { agent: 'bot', revoked: [first.keyId] } })
  const all = await cli.run(['agents', 'revoke', 'bot', '--json'])
  expect(all.json().data.revoked).toEqual([second.keyId])
  expect([await accepts(first.key), await accepts(second.key)]).toEqual([undefined, undefined])
  const listed = (await cli.run(['agents', 'ls', '--json']))
    .json()
    .data.find((each: { agent: string }) => each.agent === 'bot')
  expect(listed).toMatchObject({ source: 'store', roles: [], keys: [{ state: 'revoked' }, { state: 'revoked' }] })
  const unknown = await cli.run(['agents', 'rotate', 'bott'])
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('Did you mean "bot"?')])
})

test('ls: a table for people', async () => {
  await cli.run(['agents', 'create', 'helpdesk-7'])
  const { stdout } = await cli.run(['agents', 'ls'])
  expect(stdout).toMatch(/^AGENT +ROLES +SOURCE +KEY +EXPIRES \(UTC\) +LAST USED\nops +operator +file +- +- +-\n/)
  expect(stdout).toMatch(/\nhelpdesk-7 +support +file +[0-9A-Za-z]{12} +\d{4}-\d\d-\d\d \d\d:\d\d +-\n$/)
})

test('explain: the same decision and rule as enforcement, from the facts of the last catalog', async () => {
  publishCatalog(facts('db__query', 'read'), facts('db__drop', 'destroy'))
  const explain = async (...args: string[]) => (await cli.run(['policy', 'explain', ...args, '--json'])).json()
  const [allowed, denied, unmatched] = await Promise.all([
    explain('helpdesk-1', 'db__query', '--args', '{"limit":5}'),
    explain('ops', 'db__drop'),
    explain('stranger', 'db__query'),
  ])
  expect(allowed).toMatchObject({ decision: 'allow', rule: 'reads', source: 'causeway.yaml:9', factsFrom: 'catalog' })
  expect(allowed.trace.map((step: { rule: string; matches: boolean }) => [step.rule, step.matches])).toEqual([
    ['ops-all', false],
    ['reads', true],
    ['nobody-drops', false],
  ])
  expect(denied).toMatchObject({ decision: 'deny', rule: 'nobody-drops', source: 'causeway.yaml:10' })
  expect(unmatched).toMatchObject({ decision: 'deny' })
  expect(unmatched.rule).toBeUndefined()
})

test('explain: without a catalog the name alone counts, and that is said', async () => {
  await cli.run(['agents', 'create', 'bot', '--role', 'operator'])
  const { stdout, stderr } = await cli.run(['policy', 'explain', 'bot', 'db__query'])
  expect(stdout).toMatch(/^allow: rule "ops-all" \(causeway\.yaml:8\)\n/)
  expect(stderr).toContain('the name alone')
  const read = await cli.run(['policy', 'explain', 'helpdesk-1', 'db__query', '--json'])
  expect(read.json()).toMatchObject({ decision: 'deny', factsFrom: 'name' })
})

test('explain does not make a store where there is none', async () => {
  const ended = await cli.run(['policy', 'explain', 'ops', 'db__query'])
  expect(ended.code).toBe(0)
  expect(() => rmSync(cli.dataDir)).toThrow('ENOENT')
})

test('policy test: skipped while tools are unknown, passed, and failed with exit 7', async () => {
  expect((await cli.run(['policy', 'test', '--json'])).json().data).toMatchObject({ passed: 1, failed: 0, skipped: 1 })
  publishCatalog(facts('db__query', 'read'), facts('db__drop', 'destroy'))
  expect((await cli.run(['policy', 'test', '--json'])).json().data).toMatchObject({ passed: 2, failed: 0, skipped: 0 })
  writeFileSync(join(cli.folder, 'causeway.yaml'), CONFIGURATION.replace('call: db__query', 'call: db__drop'))
  const failed = await cli.run(['policy', 'test', '--json'])
  expect([failed.code, failed.json().error.code, failed.json().data.failed]).toEqual([7, 'policy_test_failed', 1])
})

test('policy check: names rules that select nothing', async () => {
  publishCatalog(facts('db__query', 'write'))
  const { warnings } = (await cli.run(['policy', 'check', '--json'])).json().data
  expect(warnings).toEqual([
    'causeway.yaml:9 rule "reads" has "effect:read", which selects no tool that there is',
    'causeway.yaml:10 rule "nobody-drops" has "db__drop", which selects no tool that there is',
  ])
})

test('what cannot be read as a command ends with 1, a bad configuration with 2 and its places', async () => {
  const usage = [
    ['agnts'],
    ['agents'],
    ['agents', 'creat'],
    ['call'],
    ['agents', 'ls', '--nope'],
    ['up', '--port', 'x'],
  ]
  const ended = await Promise.all(usage.map((args) => cli.run(args)))
  expect(ended.map(({ code, stdout }) => [code, stdout])).toEqual(usage.map(() => [1, '']))
  expect(ended[0]?.stderr).toBe('error: Cannot run "agnts": no such command\nhint:  Did you mean "agents"?\n')
  writeFileSync(join(cli.folder, 'causeway.yaml'), 'version: 1\nlisten: { port: here }\n')
  const broken = await cli.run(['agents', 'ls', '--json'])
  expect([broken.code, broken.json().error.code]).toEqual([2, 'config_invalid'])
  expect(broken.json().error.message).toMatch(/^causeway\.yaml:2:\d+ listen\.port: /)
  const missing = await cli.run(['agents', 'ls', '--config', 'other.yaml', '--json'])
  expect([missing.code, missing.json().error.code]).toEqual([2, 'config_not_found'])
})

test('a store that another secret made is a matter of configuration', async () => {
  await cli.run(['agents', 'create', 'bot'])
  const ended = await cli.run(['agents', 'ls', '--json'], { CAUSEWAY_SECRET: 'ab'.repeat(32) })
  expect([ended.code, ended.json().error.code]).toEqual([2, 'store_secret_mismatch'])
})

test('as a process: the answer on stdout, remarks on stderr, the exit code', async () => {
  const [made, refused] = await Promise.all([
    cli.spawn(['agents', 'create', 'bot', '--role', 'viewer', '--json']),
    cli.spawn(['agents', 'create', 'Bad', '--json']),
  ])
  expect([made.code, made.json().data.agent]).toEqual([0, 'bot'])
  expect(made.stderr).toBe('note: no rule names the role "viewer"\n')
  expect([refused.code, refused.json().ok, refused.stderr]).toEqual([1, false, ''])
})

test('help and the schema need no configuration', async () => {
  rmSync(join(cli.folder, 'causeway.yaml'))
  const [help, schema] = await Promise.all([cli.run(['--help']), cli.run(['up', '--print-schema'])])
  expect([help.code, help.stdout]).toEqual([0, expect.stringContaining('Usage: causeway')])
  expect([schema.code, schema.json().type]).toEqual([0, 'object'])
})
