/** Calls that a person has to approve first: one approval lets exactly one call through, of exactly that agent, tool, arguments and definition. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bareTool, modern, startScripts } from './fixtures/scripted-upstream.ts'
import { type AnyClient, CLIENTS, connectAny } from './support/any-client.ts'
import { post, postModern } from './support/clients.ts'
import { startGateway, until } from './support/start-gateway.ts'
import { type Scripted, startScripted } from './support/start-scripted.ts'
import { runStoryCli } from './support/story-cli.ts'
import { verifies } from './support/verifies.ts'

const rule = (id: string, effect: string, tools: string[], more: object = {}) => ({
  ...{ id, effect, roles: ['operator'], tools },
  ...more,
})
const amount = { type: 'object', properties: { amount: { type: 'number' } } }
const RULES = [
  rule('all', 'allow', ['up__echo', 'up__tiered']),
  rule('refunds', 'approve', ['up__pay'], { approvers: ['leads'] }),
  rule('never', 'deny', ['up__pay'], { when: 'args.amount > 1000', tell: true }),
  rule('large', 'approve', ['up__tiered'], { approvers: ['directors'], when: 'args.amount > 100' }),
]
const AGENTS = { ops: { roles: ['operator'] }, other: { roles: ['operator'] }, alice: { roles: ['operator'] } }
const APPROVERS = { alice: { roles: ['leads'] }, bob: { roles: ['directors'] } }

let on: Scripted
beforeAll(async () => {
  const tools = ['pay', 'tiered'].map((name) => ({ name, inputSchema: amount }))
  on = await startScripted({ tools }, { rules: RULES, agents: AGENTS, approvers: APPROVERS })
})
afterAll(() => on.close())

const causeway = (...args: string[]) => runStoryCli(on.gateway, 'approvals', ...args)
const approve = async (id: string, by = 'alice') => {
  expect((await causeway('approve', id, '--by', by)).error).toBeUndefined()
}
const calls = (tool = 'pay') => on.upstream.received.filter(({ params }) => params.name === tool).length
let next = 0
/** Arguments that no other call here has. */
const fresh = () => ({ amount: ++next / 1000 })

/** Calls; what comes back is the failure's data, or `served`. */
async function call(args: object, { tool = 'up__pay', key = on.key, era = 'modern' } = {}) {
  const params = { name: tool, arguments: args }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
  const { json } = await (era === 'modern' ? postModern(on.url, key, 'tools/call', params) : post(on.url, key, body))
  return (json?.error?.data ?? { code: json?.result ? 'served' : 'nothing' }) as {
    code: string
    approvalId: string
    [key: string]: unknown
  }
}

describe.each(CLIENTS)('%s', (kind) => {
  let client: AnyClient
  beforeAll(async () => {
    client = await connectAny(kind, { url: on.url, key: on.key })
  })
  afterAll(() => client.close())
  const failureOf = (args: object): Promise<{ message: string; data: Record<string, string> }> =>
    client.call('up__pay', args).then(
      () => ({ message: 'served', data: {} }),
      (error) => error,
    )

  it(verifies('policy.approval', 'waits, is approved, is called once, and waits again'), async () => {
    expect(await client.tools()).toContain('up__pay')
    const args = fresh()
    const before = calls()
    const first = await failureOf(args)
    expect(first.message).toContain('Cannot call tool "up__pay": a person has to approve this call first')
    expect(first.data).toMatchObject({ code: 'approval_required', retryable: true, retryAfterMs: 10_000 })
    const { approvalId = '' } = first.data
    expect(first.data.hint).toContain(`causeway approvals approve ${approvalId}`)
    expect((await failureOf(args)).data).toMatchObject({ code: 'approval_pending', approvalId })
    const { data } = await causeway('ls')
    expect(data[0]).toMatchObject({
      ...{ id: approvalId, state: 'pending', agent: 'ops', user: null, tool: 'up__pay', upstream: 'up' },
      ...{ arguments: JSON.stringify(args), rule: 'refunds', approvers: ['leads'], decidedBy: null },
    })
    expect(calls()).toBe(before)
    await approve(approvalId)
    expect((await client.call('up__pay', args)).content[0]?.text).toBe('echo')
    expect(calls()).toBe(before + 1)
    expect((await causeway('show', approvalId)).data).toMatchObject({ state: 'spent', decidedBy: 'alice' })
    const again = await failureOf(args)
    expect(again.data.code).toBe('approval_required')
    expect(again.data.approvalId).not.toBe(approvalId)
    expect(calls()).toBe(before + 1)
  })

  it('is told that a call was rejected, and why', async () => {
    const args = fresh()
    const { data } = await failureOf(args)
    await causeway('reject', data.approvalId as string, '--by', 'alice', '--reason', 'too much')
    const rejected = { code: 'approval_rejected', approvalId: data.approvalId, reason: 'too much', retryable: false }
    for (const _ of [1, 2]) expect((await failureOf(args)).data).toMatchObject(rejected)
  })
})

/** A call that was approved and not repeated yet. */
async function approved(): Promise<{ args: { amount: number }; id: string }> {
  const args = fresh()
  const { approvalId } = await call(args)
  await approve(approvalId)
  return { args, id: approvalId }
}

describe(verifies('policy.approval', 'an approval'), () => {
  it('covers no other arguments, however little they differ', async () => {
    const { args } = await approved()
    const before = calls()
    for (const others of [
      { ...args, note: '' },
      { amount: args.amount + 1e-12 },
      { ...args, list: [1] },
      { ...args, list: [[1]] },
    ])
      expect((await call(others)).code).toBe('approval_required')
    expect(calls()).toBe(before)
    // Spelled otherwise they are the same.
    const text = `{"name":"up__pay","arguments":{ "am\\u006funt" : ${args.amount}e0 }}`
    const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${text}}`
    expect((await post(on.url, on.key, body)).json?.result).toBeDefined()
  })

  it('covers no call with more in it than its arguments', async () => {
    const { args } = await approved()
    const before = calls()
    const params = { name: 'up__pay', arguments: args, extra: 1 }
    expect((await postModern(on.url, on.key, 'tools/call', params)).json?.error?.data?.code).toBe('approval_required')
    expect(calls()).toBe(before)
  })

  it(verifies('integrity.bound', 'is of no use to another agent, on any route'), async () => {
    const { args } = await approved()
    const other = on.gateway.key('other')
    expect((await call(args, { key: other })).code).toBe('approval_required')
    const own = await postModern(`${on.gateway.url}/s/up/mcp`, other, 'tools/call', { name: 'pay', arguments: args })
    expect(own.json?.error?.data?.code).toBe('approval_pending')
    const mine = await postModern(`${on.gateway.url}/s/up/mcp`, on.key, 'tools/call', { name: 'pay', arguments: args })
    expect(mine.json?.result).toBeDefined()
  })

  it('lets one of fifty equal calls through', async () => {
    const { args } = await approved()
    const before = calls()
    const era = (i: number) => (i % 2 === 0 ? 'modern' : 'legacy')
    const ends = await Promise.all(Array.from({ length: 50 }, (_, i) => call(args, { era: era(i) })))
    const codes = ends.map(({ code }) => code)
    expect(codes.filter((code) => code === 'served')).toHaveLength(1)
    expect(new Set(codes)).toEqual(new Set(['served', 'approval_required', 'approval_pending']))
    expect(new Set(ends.flatMap(({ approvalId }) => approvalId ?? [])).size).toBe(1)
    expect(calls()).toBe(before + 1)
  })

  it('survives a restart, and so does that it was used', async () => {
    const waiting = fresh()
    const { approvalId } = await call(waiting)
    const { args } = await approved()
    const used = await approved()
    expect((await call(used.args)).code).toBe('served')
    await on.gateway.restart()
    await on.gateway.ready('up')
    expect((await call(waiting)).approvalId).toBe(approvalId)
    expect((await call(args)).code).toBe('served')
    expect((await call(used.args)).code).toBe('approval_required')
  })

  it('ends: one that nobody gave, and one that nobody used', async () => {
    const asked = fresh()
    const waiting = await call(asked)
    const { args, id } = await approved()
    const db = new DatabaseSync(join(on.gateway.dir, 'data/causeway.db'))
    db.prepare('UPDATE approvals SET expires_ms = ? WHERE id IN (?, ?)').run(Date.now(), waiting.approvalId, id)
    db.close()
    const late = await causeway('approve', waiting.approvalId, '--by', 'alice')
    expect([late.code, late.error?.code]).toEqual([1, 'approval_expired'])
    for (const each of [asked, args]) expect((await call(each)).code).toBe('approval_required')
  })

  it('is not for what a rule denies, and not for arguments that can be read in two ways', async () => {
    expect(await call({ amount: 1001 })).toMatchObject({ code: 'policy_denied', rule: 'never' })
    expect((await call({ amount: 1, Amount: 2 })).code).toBe('policy_denied')
    expect((await call({ amount: 1, note: 'x'.repeat(70_000) })).code).toBe('policy_denied')
  })

  it('is wanted where its condition holds', async () => {
    expect((await call({ amount: 100 }, { tool: 'up__tiered' })).code).toBe('served')
    const { code, approvalId } = await call({ amount: 101 }, { tool: 'up__tiered' })
    expect(code).toBe('approval_required')
    expect((await causeway('approve', approvalId, '--by', 'alice')).error?.code).toBe('approval_not_approver')
    await approve(approvalId, 'bob')
    expect((await call({ amount: 101 }, { tool: 'up__tiered' })).code).toBe('served')
    expect((await call({ amount: 'x' }, { tool: 'up__tiered' })).code).toBe('policy_denied')
  })

  it('is not given by its requester, by nobody, or twice', async () => {
    const alice = on.gateway.key('alice')
    const { approvalId } = await call(fresh(), { key: alice })
    const said = async (...args: string[]) => {
      const { code, error } = await causeway('approve', ...args)
      return [code, error?.code]
    }
    expect(await said(approvalId, '--by', 'alice')).toEqual([6, 'approval_requester'])
    expect(await said(approvalId, '--by', 'mallory')).toEqual([6, 'approval_not_approver'])
    expect(await said('apr_nothing', '--by', 'alice')).toEqual([1, 'approval_unknown'])
    const { id } = await approved()
    expect(await said(id, '--by', 'alice')).toEqual([1, 'approval_decided'])
    // All or nothing.
    const open = (await call(fresh())).approvalId
    expect(await said(open, id, '--by', 'alice')).toEqual([1, 'approval_decided'])
    expect((await causeway('show', open)).data.state).toBe('pending')
  })
})

it(verifies('policy.approval', 'an approval covers the definition that the tool had'), async () => {
  let description = 'Pays.'
  let served = 0
  const upstream = await startScripts({
    up: modern({
      lists: () => ({ tools: [{ ...bareTool('pay'), description }] }),
      on: {
        'tools/call': (_, response) => {
          served++
          response.destroy()
        },
      },
    }),
  })
  const rules = [rule('all', 'approve', ['*'], { approvers: ['leads'] })]
  const gateway = await startGateway({ upstreams: { up: { url: upstream.url('up') } }, approvers: APPROVERS, rules })
  await gateway.ready('up')
  const key = gateway.key('ops')
  const pay = async () => {
    const { json } = await postModern(`${gateway.url}/mcp`, key, 'tools/call', { name: 'up__pay', arguments: {} })
    return json?.error?.data as { code: string; approvalId: string }
  }
  const { approvalId } = await pay()
  await runStoryCli(gateway, 'approvals', 'approve', approvalId, '--by', 'alice')
  description = 'Pays twice.'
  gateway.listening.gateway.upstreams.get('up')?.onTrouble()
  const isListed = async () =>
    JSON.stringify((await postModern(`${gateway.url}/mcp`, key, 'tools/list')).json).includes('up__pay')
  await until(async () => !(await isListed()), 'the change is seen')
  await runStoryCli(gateway, 'drift', 'approve', 'up__pay')
  await until(isListed, 'the change is approved')
  const now = await pay()
  expect(now.code).toBe('approval_required')
  expect(now.approvalId).not.toBe(approvalId)
  expect(served).toBe(0)
  await gateway.close()
  await upstream.close()
})

it('an approval by those whom the rule no longer names counts for nothing', async () => {
  const { args } = await approved()
  const config = { upstreams: { up: { url: on.upstream.url } }, agents: AGENTS, approvers: APPROVERS }
  const stricter = RULES.map((each) => (each.id === 'refunds' ? { ...each, approvers: ['directors'] } : each))
  on.gateway.write({ ...config, rules: stricter })
  on.gateway.listening.reload()
  expect((await call(args)).code).toBe('approval_required')
  on.gateway.write({ ...config, rules: RULES })
  on.gateway.listening.reload()
  expect((await call(args)).code).toBe('served')
})

it('shows an approver no secrets, and hides nothing in what is shown', async () => {
  const args = { ...fresh(), password: 'hunter2', note: 'a\u202eb' }
  const { approvalId } = await call(args)
  const shown = (await causeway('show', approvalId)).data.arguments
  expect(shown).not.toContain('hunter2')
  expect(shown).toContain('a\\u202eb')
})

it(
  verifies('audit.complete', 'the record of each attempt names the approval, and the rule that wanted it'),
  async () => {
    const { args, id } = await approved()
    await call(args)
    const { audit } = on.gateway.listening.gateway
    await audit.flush()
    const records = (await audit.readRecords({ limit: 10_000 })).filter(({ approvalId }) => approvalId === id)
    const rule = { decision: 'approve', rule: 'refunds', tool: 'up__pay', args }
    expect(records.toSorted((a, b) => a.seq - b.seq)).toMatchObject([
      { ...rule, kind: 'attempt', error: 'approval_required' },
      { ...rule, kind: 'intent' },
      { ...rule, kind: 'result' },
    ])
  },
)

it('a call that could not be sent has not used its approval', async () => {
  const upstream = await startScripts({ up: modern({}) })
  const rules = [rule('all', 'approve', ['*'], { approvers: ['leads'] })]
  const gateway = await startGateway({ upstreams: { up: { url: upstream.url('up') } }, approvers: APPROVERS, rules })
  await gateway.ready('up')
  const key = gateway.key('ops')
  const hello = async () => {
    const { json } = await postModern(`${gateway.url}/mcp`, key, 'tools/call', { name: 'up__hello', arguments: {} })
    return (json?.error?.data ?? { code: 'served' }) as { code: string; approvalId: string }
  }
  const { approvalId } = await hello()
  await runStoryCli(gateway, 'approvals', 'approve', approvalId, '--by', 'alice')
  const { port } = upstream
  await gateway.restart(() => void upstream.close())
  expect((await hello()).code).toBe('upstream_unavailable')
  const back = await startScripts({ up: modern({}) }, port)
  await gateway.ready('up')
  expect((await hello()).code).toBe('served')
  expect((await hello()).code).toBe('approval_required')
  await gateway.close()
  await back.close()
})
