/** What happens to an approval when its call is disturbed between the approval and the upstream: it is kept, used for nothing else, and the record tells it as it was. */
import type { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sendResult } from './fixtures/scripted-upstream.ts'
import { connectV1, postModern } from './support/clients.ts'
import { type FailingFiles, failingFiles } from './support/failing-files.ts'
import { until } from './support/start-gateway.ts'
import { type Scripted, startScripted } from './support/start-scripted.ts'
import { runStoryCli } from './support/story-cli.ts'
import { verifies } from './support/verifies.ts'

const rule = (id: string, tool: string, more: object) => ({ id, roles: ['operator'], tools: [`up__${tool}`], ...more })
const SLOW_DISK_MS = 600
const RULES = [
  rule('leads', 'pay', { effect: 'approve', approvers: ['leads'] }),
  rule('own', 'send', { effect: 'approve', approvers: ['self'] }),
  rule('steps', 'step', { effect: 'approve', approvers: ['leads'] }),
]
const REST = {
  agents: { ops: { roles: ['operator'] } },
  approvers: { alice: { roles: ['leads'] } },
}
let files: FailingFiles
let on: Scripted
beforeAll(async () => {
  files = failingFiles()
  const tools = ['pay', 'send', 'step'].map((name) => ({ name, inputSchema: { type: 'object' } }))
  on = await startScripted({ tools }, { rules: RULES, ...REST }, { auditFiles: files })
})
afterAll(() => on.close())

const audit = () => on.gateway.listening.gateway.audit
const calls = (tool: string) => on.upstream.received.filter(({ params }) => params.name === tool).length
const recordsOf = async (tool: string) => {
  await audit().flush()
  return (await audit().readRecords({ tool: `up__${tool}`, limit: 50 })).reverse()
}
const approve = async (id: unknown) =>
  expect((await runStoryCli(on.gateway, 'approvals', 'approve', String(id), '--by', 'alice')).code).toBe(0)
async function call(params: Record<string, unknown>) {
  const _meta = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } }
  const { json } = await postModern(on.url, on.key, 'tools/call', { arguments: {}, ...params, _meta })
  return { result: json?.result, code: json?.error?.data?.code, data: json?.error?.data }
}
function reload(rules: object[]): void {
  on.gateway.write({ upstreams: { up: { url: on.upstream.url } }, ...REST, rules })
  on.gateway.listening.reload()
}

it(verifies('policy.approval', 'a client that goes away while the intent is written has used up nothing'), async () => {
  const { data } = await call({ name: 'up__pay' })
  await approve(data?.approvalId)
  files.syncMs = SLOW_DISK_MS
  const before = files.syncs
  const abort = new AbortController()
  const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'up__pay', arguments: {} } }
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'story', version: '1.0.0' },
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const gone = fetch(on.url, {
    method: 'POST',
    signal: abort.signal,
    headers: {
      authorization: `Bearer ${on.key}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'up__pay',
    },
    body: JSON.stringify({ ...body, params: { ...body.params, _meta: meta } }),
  })
  gone.catch(() => {})
  await until(() => files.syncs > before, 'the intent is on its way to the disk')
  abort.abort()
  await until(() => on.gateway.listening.gateway.admission.inFlight === 0, 'the call has ended')
  files.syncMs = 0
  expect(calls('pay')).toBe(0)
  const ends = (await recordsOf('pay')).slice(-2).map(({ kind, error, approvalId }) => [kind, error, approvalId])
  expect(ends).toEqual([
    ['intent', undefined, data?.approvalId],
    ['attempt', 'call_cancelled', data?.approvalId],
  ])
  expect((await call({ name: 'up__pay' })).result).toBeDefined()
  expect((await call({ name: 'up__pay' })).code).toBe('approval_required')
})

it('a legacy client that cancels while the intent is written has nothing run', async () => {
  const client = await connectV1(on.url, on.key)
  const { data } = await call({ name: 'up__pay', arguments: { cancelled: true } })
  await approve(data?.approvalId)
  files.syncMs = SLOW_DISK_MS
  const [before, sent] = [files.syncs, calls('pay')]
  const abort = new AbortController()
  const params = { name: 'up__pay', arguments: { cancelled: true } }
  const pending = client.callTool(params, undefined, { signal: abort.signal })
  pending.catch(() => {})
  await until(() => files.syncs > before, 'the intent is on its way to the disk')
  abort.abort()
  await expect(pending).rejects.toThrow()
  await until(() => on.gateway.listening.gateway.admission.inFlight === 0, 'the call has ended')
  files.syncMs = 0
  expect(calls('pay')).toBe(sent)
  expect((await recordsOf('pay')).at(-1)).toMatchObject({ kind: 'attempt', error: 'call_cancelled' })
  expect(on.gateway.listening.gateway.cancellable.size).toBe(0)
  await client.close()
})

it(verifies('audit.complete', 'the record of a call that waited names the rules that let it through'), async () => {
  const client: ClientV1 = await connectV1(on.url, on.key, { elicitation: {} })
  const version = () => on.gateway.listening.gateway.live.policy.version
  const before = version()
  client.setRequestHandler(ElicitRequestSchema, async () => {
    reload([...RULES.filter(({ id }) => id !== 'own'), rule('now', 'send', { effect: 'allow' })])
    return { action: 'accept', content: { approve: true } }
  })
  expect((await client.callTool({ name: 'up__send', arguments: {} })).isError).toBeFalsy()
  expect(version()).not.toBe(before)
  const records = (await recordsOf('send')).slice(-2)
  expect(records.map(({ kind, rule, policyVersion }) => [kind, rule, policyVersion])).toEqual([
    ['intent', 'now', version()],
    ['result', 'now', version()],
  ])
  reload(RULES)
  await client.close()
})

it.each<[string, object]>([
  ['another rule', rule('tighter', 'step', { effect: 'approve', approvers: ['leads'] })],
  ['other approvers', rule('steps', 'step', { effect: 'approve', approvers: ['directors'] })],
])(verifies('policy.approval', 'the later rounds of a call do not go on under %s'), async (_, changed) => {
  on.upstream.answers.set('step', ({ idText, params }, response) =>
    sendResult(
      response,
      idText,
      params.requestState === undefined
        ? { resultType: 'input_required', inputRequests: {}, requestState: 'one' }
        : { resultType: 'complete', content: [] },
    ),
  )
  const params = { name: 'up__step' }
  await approve((await call(params)).data?.approvalId)
  const { result } = await call(params)
  const { requestState } = result as { requestState: string }
  const before = calls('step')
  reload([...RULES.filter(({ id }) => id !== 'steps'), changed])
  expect((await call({ ...params, requestState, inputResponses: {} })).code).toBe('invalid_state')
  expect(calls('step')).toBe(before)
  reload(RULES)
  expect((await call({ ...params, requestState, inputResponses: {} })).result).toMatchObject({ resultType: 'complete' })
})

it(
  verifies('audit.complete', 'whoever listens to the record and fails has nothing written twice, and no call refused'),
  async () => {
    const args = { name: 'up__pay', arguments: { heard: true } }
    await approve((await call(args)).data?.approvalId)
    const stop = audit().subscribe(() => {
      throw new Error('listener')
    })
    const { result } = await call(args)
    await audit().flush()
    stop()
    expect(result).toBeDefined()
    const seen = (await audit().readRecords({ agent: 'ops', limit: 1_000 })).map(
      ({ requestId, kind }) => `${requestId} ${kind}`,
    )
    expect(new Set(seen).size).toBe(seen.length)
  },
)
