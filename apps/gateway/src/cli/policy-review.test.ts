/** What `policy check` warns of, what `policy diff` tells, and what `policy explain` says of conditions. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type CliFixture, createCliFixture } from './cli-fixture.ts'

const HEAD = `version: 1
upstreams:
  db: { url: "http://127.0.0.1:9102/mcp" }
  mail: { url: "http://127.0.0.1:9103/mcp" }
agents:
  ops: { roles: [operator] }
  "helpdesk-*": { roles: [support] }
rules:
`
const tool = (publicName: string, more: object = {}) => ({
  ...{ publicName, aliases: [], upstream: publicName.split('__')[0], effect: 'read', scopes: [], tags: [] },
  ...{ arguments: { root: { limit: 'double', to: 'string' } }, ...more },
})
const CATALOG = {
  tools: [
    tool('db__query', { tags: ['private'] }),
    tool('db__drop', { effect: 'destroy' }),
    tool('mail__read', { tags: ['untrusted'] }),
    tool('mail__send', { effect: 'write', tags: ['outside'] }),
  ],
  prompts: [{ ...tool('mail__reply'), arguments: undefined }],
  resources: [{ ...tool('db__schema'), uri: 'db://schema' }],
  templates: [],
  skills: [],
}

let cli: CliFixture

beforeEach(() => {
  cli = createCliFixture(HEAD)
  mkdirSync(cli.dataDir, { recursive: true, mode: 0o700 })
  writeFileSync(join(cli.dataDir, 'catalog.json'), JSON.stringify(CATALOG))
})
afterEach(() => cli.remove())

function write(rules: readonly string[], file = 'causeway.yaml'): void {
  writeFileSync(join(cli.folder, file), HEAD + rules.map((rule) => `  - { ${rule} }\n`).join(''))
}

async function warningsOf(...rules: string[]): Promise<string[]> {
  write(rules)
  return (await cli.run(['policy', 'check', '--json'])).json().data.warnings
}

test('check: nothing to say of a policy that is as it was meant', async () => {
  const warnings = await warningsOf(
    'id: a, effect: allow, roles: [operator], tools: ["db__*"], resources: ["db://*"]',
    'id: b, effect: allow, roles: [support], tools: ["mail__read"], prompts: ["mail__*"]',
    'id: c, effect: deny, roles: [operator], tools: ["db__drop"], when: args.limit > 5',
  )
  expect(warnings).toEqual([])
})

test('check: rules of nobody, and of agents that are not there', async () => {
  const warnings = await warningsOf(
    'id: a, effect: allow, roles: [viewer], tools: ["db__query"]',
    'id: b, effect: allow, agents: [crm, "helpdesk-1", ops], tools: ["mail__read"]',
  )
  expect(warnings).toEqual([
    'causeway.yaml:9 rule "a" can never match: no agent has the role viewer',
    'causeway.yaml:10 rule "b" names "crm", and there is no such agent',
  ])
  await cli.run(['agents', 'create', 'crm', '--role', 'viewer'])
  expect((await cli.run(['policy', 'check', '--json'])).json().data.warnings).toEqual([])
})

test('check: entries that select nothing', async () => {
  const warnings = await warningsOf(
    'id: a, effect: allow, roles: [operator], tools: ["db__*", "db_*y__x"], prompts: ["db__*"]',
  )
  expect(warnings).toEqual([
    'causeway.yaml:9 rule "a" has "db_*y__x", which selects no tool that there is',
    'causeway.yaml:9 rule "a" has "db__*", which selects no prompt that there is',
  ])
})

test('check: rules in the shadow of others', async () => {
  const warnings = await warningsOf(
    'id: all-db, effect: allow, roles: [operator], tools: ["db__*"]',
    'id: again, effect: allow, roles: [operator], tools: ["db__query"], when: args.limit < 5',
    'id: for-another, effect: allow, roles: [support], tools: ["db__query"]',
    'id: never, effect: deny, roles: ["*"], tools: ["db__drop", "mail__send"]',
    'id: denied, effect: allow, roles: [operator], tools: ["mail__send"]',
  )
  expect(warnings).toEqual([
    'causeway.yaml:10 rule "again" changes nothing: "all-db" decides over all that it selects',
    'causeway.yaml:13 rule "denied" changes nothing: "never" decides over all that it selects',
  ])
})

test('check: conditions that fit no input schema', async () => {
  const warnings = await warningsOf(
    'id: a, effect: allow, roles: [operator], tools: ["db__query"], when: args.limt < 5',
  )
  expect(warnings).toEqual([
    expect.stringMatching(/^causeway\.yaml:9 rule "a": its condition denies every call of "db__query", .*limt/),
  ])
})

test('check: agents who can read what is private, read what strangers wrote, and send it outside', async () => {
  const warnings = await warningsOf(
    'id: a, effect: allow, roles: [operator], tools: ["*"]',
    'id: b, effect: allow, roles: [support], tools: ["effect:read"]',
  )
  expect(warnings).toEqual([
    'agent "ops" can read private data (db__query), read what strangers wrote (mail__read) and send outside (mail__send): together they can leak',
  ])
})

test('diff: who gains, who loses, and whose calls have other conditions', async () => {
  const same = 'id: drop, effect: allow, roles: [operator], tools: ["db__drop"], when: args.limit < 9'
  write(['id: a, effect: allow, roles: [operator], tools: ["db__query"], resources: ["db://*"]', same], 'old.yaml')
  write([
    'id: a, effect: allow, roles: [operator], tools: ["db__query"], when: args.limit < 5',
    'id: b, effect: allow, roles: [support], prompts: ["mail__*"]',
    same.replace('drop,', 'moved,'),
  ])
  const { data } = (await cli.run(['policy', 'diff', 'old.yaml', '--json'])).json()
  const ops = { agent: 'ops', name: 'db__query', kind: 'tool' }
  expect(data).toEqual({
    gained: 1,
    lost: 1,
    approval: 0,
    conditions: 1,
    changes: [
      { ...ops, change: 'conditions', when: ['args.limit < 5'], before: [] },
      { agent: 'ops', name: 'db://schema', kind: 'resource', change: 'lost' },
      { agent: 'helpdesk-*', name: 'mail__reply', kind: 'prompt', change: 'gained' },
    ],
  })
  const back = await cli.run(['policy', 'diff', 'causeway.yaml', 'old.yaml'])
  expect([back.code, back.stdout]).toEqual([
    0,
    expect.stringContaining('~  ops         tool      db__query    always (before: args.limit < 5)'),
  ])
  const none = await cli.run(['policy', 'diff', 'causeway.yaml'])
  expect([none.code, none.stdout]).toEqual([0, 'Nobody gains or loses anything.\n'])
  const missing = await cli.run(['policy', 'diff', 'nowhere.yaml', '--json'])
  expect([missing.code, missing.json().error.code]).toEqual([2, 'config_invalid'])
})

test('explain: the conditions, how each came out, and the one that decided', async () => {
  write([
    'id: small, effect: allow, roles: [operator], tools: ["db__query"], when: args.limit <= 100',
    'id: nobody-seven, effect: deny, roles: ["*"], tools: ["db__*"], when: has(args.limit) && args.limit == 7',
    'id: mail, effect: allow, roles: [operator], tools: ["mail__*"], when: args.limit <= 100',
  ])
  const explain = async (...args: string[]) =>
    (await cli.run(['policy', 'explain', 'ops', 'db__query', ...args, '--json'])).json()
  const outcomes = (explained: { trace: { condition?: { outcome: string } }[] }) =>
    explained.trace.map(({ condition }) => condition?.outcome)
  const allowed = await explain('--args', '{"limit":5}')
  expect([allowed.decision, allowed.rule, allowed.source, outcomes(allowed)]).toEqual([
    ...['allow', 'small', 'causeway.yaml:9'],
    ['true', 'false', undefined],
  ])
  const denied = await explain('--args', '{"limit":7}')
  expect([denied.decision, denied.rule, denied.reason]).toEqual(['deny', 'nobody-seven', 'its condition holds'])
  const tooMuch = await explain('--args', '{"limit":700}')
  expect([tooMuch.decision, tooMuch.rule, tooMuch.reason]).toEqual(['deny', 'small', 'no condition holds'])
  const exact = await explain('--args', '{"limit":9007199254740993}')
  expect([exact.decision, exact.rule, outcomes(exact)]).toEqual(['deny', 'nobody-seven', ['error', 'error', undefined]])
  const { stdout, stderr } = await cli.run(['policy', 'explain', 'ops', 'db__query'])
  expect(stdout).toMatch(/^deny: rule "small" \(causeway\.yaml:9\): No such key: limit/)
  expect(stdout).toContain('when args.limit <= 100: cannot be judged: No such key: limit')
  expect(stderr).toContain('a call without arguments')
})

test('approvals: what explain, diff and check say of them', async () => {
  const people = 'approvers: { alice: { roles: [leads] } }\n'
  const watched = 'id: watched, effect: approve, roles: [operator], tools: ["db__drop"], approvers: [leads]'
  const all = 'id: all, effect: allow, roles: [operator], tools: ["db__*"]'
  write([all], 'old.yaml')
  const file = (rules: string[], more = people) =>
    writeFileSync(join(cli.folder, 'causeway.yaml'), more + HEAD + rules.map((each) => `  - { ${each} }\n`).join(''))
  file([all, watched])
  const explained = (await cli.run(['policy', 'explain', 'ops', 'db__drop', '--json'])).json()
  expect(explained).toMatchObject({
    decision: 'approve',
    rule: 'watched',
    source: 'causeway.yaml:11',
    approvers: ['leads'],
  })
  const { changes } = (await cli.run(['policy', 'diff', 'old.yaml', '--json'])).json().data
  expect(changes).toEqual([{ agent: 'ops', name: 'db__drop', kind: 'tool', change: 'approval', approvers: ['leads'] }])
  expect((await cli.run(['policy', 'diff', 'old.yaml'])).stdout).toMatch(/~ +ops +tool +db__drop +approved by leads\n/)
  expect((await cli.run(['policy', 'diff', 'causeway.yaml', 'old.yaml'])).stdout).toContain('without an approval')
  file([watched, 'id: also, effect: allow, roles: [operator], tools: ["db__drop"]'], '')
  expect((await cli.run(['policy', 'check', '--json'])).json().data.warnings).toEqual([
    'causeway.yaml:9:77 rules[0].approvers: Nobody can approve: no one under approvers has the role leads',
    'causeway.yaml:10 rule "also" changes nothing: "watched" decides over all that it selects',
  ])
})
