/** The audit record as an investigator finds it: what was attempted, by whom, by which rule, and how it ended. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AuditRecord } from '../src/audit/read-records.ts'
import { post, postModern } from './support/clients.ts'
import { type Scripted, startScripted } from './support/start-scripted.ts'

const READ = { name: 'look', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } }
const SECRET = { name: 'drop', inputSchema: { type: 'object' } }
let on: Scripted

beforeAll(async () => {
  on = await startScripted(
    { tools: [READ, SECRET], prompts: [{ name: 'plan' }], resources: [{ uri: 'note://a', name: 'a' }] },
    {
      up: { tools: { look: { effect: 'read' } } },
      agents: { ops: { roles: ['operator'] }, other: { roles: ['viewer'] } },
      rules: [
        { id: 'operators', effect: 'allow', roles: ['operator'], tools: ['*'], prompts: ['*'], resources: ['*'] },
        { id: 'no-drops', effect: 'deny', roles: ['viewer'], tools: ['up__drop'] },
        { id: 'viewers', effect: 'allow', roles: ['viewer'], tools: ['*'] },
      ],
    },
  )
})
afterAll(() => on.close())

const audit = () => on.gateway.listening.gateway.audit
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

it('the file holds one whole line for each record', async () => {
  await audit().flush()
  const folder = join(on.gateway.dir, 'data/audit')
  const lines = readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n'))
  expect(lines.map((line) => (JSON.parse(line) as AuditRecord).seq)).toEqual(lines.map((_, index) => index + 1))
})
