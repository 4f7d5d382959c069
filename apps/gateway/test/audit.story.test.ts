/** The audit record as an investigator finds it: what was attempted, by whom, by which rule, and how it ended. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AuditRecord } from '../src/audit/read-records.ts'
import { runIn } from '../src/cli/cli-fixture.ts'
import { post, postModern } from './support/clients.ts'
import { type Audited, RECORD_ORDER, startAudited } from './support/start-audited.ts'

let on: Audited

beforeAll(async () => {
  on = await startAudited()
})
afterAll(() => on.close())

it('a call that reads leaves one record, with all that is known of it, in the order of the contract', async () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  const params = { name: 'up__look', arguments: { a: 1 }, _meta: { traceparent } }
  const answer = await postModern(on.url, on.key, 'tools/call', params, { 'user-agent': 'story/1' })
  const records = await on.recordsOf(answer)
  expect(records).toHaveLength(1)
  const [record] = records
  expect(Object.keys(record as object).join(' ')).toBe(RECORD_ORDER)
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
  const records = await on.recordsOf(answer)
  expect(records.map(({ kind, status }) => [kind, status])).toEqual([
    ['intent', null],
    ['result', 200],
  ])
})

it('what is hidden from a caller is named, with the rule that hides it', async () => {
  const key = on.gateway.key('other')
  const answer = await postModern(on.url, key, 'tools/call', { name: 'up__drop', arguments: {} })
  expect(await on.recordsOf(answer)).toMatchObject([
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
  expect(await on.recordsOf(nothing)).toMatchObject([
    { upstream: null, tool: 'up__nothing', rule: null, decision: null, kind: 'attempt', error: 'unknown_tool' },
  ])
})

it('what is refused before it is read is recorded too', async () => {
  const answer = await post(on.url, 'cwy_live_nonsense', '{}')
  expect(answer.status).toBe(401)
  expect(await on.recordsOf(answer)).toMatchObject([
    { agent: null, method: 'POST', status: 401, error: 'unauthorized', reason: 'malformed', kind: 'attempt' },
  ])
})

it('lists are not recorded', async () => {
  expect(await on.recordsOf(await postModern(on.url, on.key, 'tools/list'))).toEqual([])
})

it('the file holds one whole line for each record', async () => {
  expect((await on.everything()).map(({ seq }) => seq)).toEqual(on.lines().map((_, index) => index + 1))
})

it('`causeway audit verify` and `export` read it while the gateway writes', async () => {
  const cli = (...args: string[]) => runIn(on.gateway.dir, args)
  const verified = await cli('audit', 'verify', '--json')
  expect([verified.code, verified.json().ok, verified.json().data.isKeyTrusted]).toEqual([0, true, true])
  expect(verified.stderr).toBe('')
  const empty = join(on.gateway.dir, 'empty')
  mkdirSync(empty)
  const blind = await cli('audit', 'verify', '--checkpoints', empty)
  expect([blind.code, blind.stderr]).toEqual([0, expect.stringContaining('there are no checkpoints')])
  const exported = await cli('audit', 'export', '--agent', 'other', '--since', '1h')
  expect(
    exported.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as AuditRecord).agent),
  ).toEqual(['other', 'other'])
  const [path] = on.segments()
  const good = readFileSync(path as string, 'utf8')
  const lines = good.split('\n')
  writeFileSync(path as string, lines.toSpliced(3, 1).join('\n'))
  const broken = await cli('audit', 'verify', '--json')
  expect(broken.code).toBe(8)
  expect(broken.json()).toMatchObject({
    ok: false,
    error: { code: 'audit_broken', message: expect.stringContaining('record 4 of chain') },
  })
  writeFileSync(path as string, good)
})

it('a request has one id in the answer, the record and at the upstream', async () => {
  const answer = await on.call('up__look')
  const id = answer.headers.get('x-request-id')
  expect(on.upstream.received.at(-1)?.headers['x-request-id']).toBe(id)
  expect((await on.recordsOf(answer)).map(({ requestId }) => requestId)).toEqual([id])
})

it('records are told as they come to who listens', async () => {
  const heard: AuditRecord[] = []
  const stop = on.audit().subscribe((record) => heard.push(record), { tool: 'up__look' })
  const answer = await on.call('up__look')
  await on.call('up__echo')
  await on.audit().flush()
  stop()
  await on.call('up__look')
  await on.audit().flush()
  expect(heard.map(({ requestId }) => requestId)).toEqual([answer.headers.get('x-request-id')])
})
