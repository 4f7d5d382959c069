/** Approved calls of more than one round, or that become tasks: the approval goes with the call, in the state that its client sends back, and with no other. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AskingUpstream, startAskingLegacy, startAskingModern } from './fixtures/asking-upstreams.ts'
import { bareTool, modern, type ScriptedPort, sendResult, startScripts } from './fixtures/scripted-upstream.ts'
import { type AnyClient, CLIENTS, connectAny, told } from './support/any-client.ts'
import { postModern } from './support/clients.ts'
import { type StoryGateway, startGateway } from './support/start-gateway.ts'
import { runStoryCli } from './support/story-cli.ts'
import { verifies } from './support/verifies.ts'

const CAPABILITIES = { elicitation: {}, extensions: { 'io.modelcontextprotocol/tasks': {} } }
const GREEN = { action: 'accept', content: { color: 'green' } }
const approve = (id: string, tools: string[], approvers: string[]) => ({
  ...{ id, effect: 'approve', roles: ['operator'], tools, approvers },
})

let old: AskingUpstream
let recent: AskingUpstream
let raw: ScriptedPort
let gateway: StoryGateway
let key: string
let otherKey: string
/** Calls and what is asked of tasks, as the raw upstream got them. */
const received: string[] = []

beforeAll(async () => {
  old = await startAskingLegacy()
  recent = await startAskingModern()
  const tasks = { 'io.modelcontextprotocol/tasks': {} }
  raw = await startScripts({
    raw: modern({
      capabilities: { tools: {}, extensions: tasks },
      lists: () => ({ tools: ['stateless', 'endless', 'job'].map(bareTool) }),
      on: {
        'tools/call': ({ idText, text, params }, response) => {
          received.push(text)
          const asks = {
            a: {
              method: 'elicitation/create',
              params: { message: '?', requestedSchema: { type: 'object', properties: {} } },
            },
          }
          if (params.name === 'job')
            sendResult(response, idText, {
              resultType: 'task',
              taskId: 'T1',
              status: 'working',
              ttlMs: null,
              createdAt: '2026-01-01T00:00:00Z',
              lastUpdatedAt: '2026-01-01T00:00:00Z',
            })
          else if (params.name === 'endless' || !params.inputResponses)
            sendResult(response, idText, { resultType: 'input_required', inputRequests: asks })
          else sendResult(response, idText, { resultType: 'complete', content: [] })
        },
        'tasks/get': ({ idText, text }, response) => {
          received.push(text)
          sendResult(response, idText, {
            resultType: 'complete',
            taskId: 'T1',
            status: 'working',
            ttlMs: null,
            createdAt: '2026-01-01T00:00:00Z',
            lastUpdatedAt: '2026-01-01T00:00:00Z',
          })
        },
      },
    }),
  })
  gateway = await startGateway({
    upstreams: { old: { url: old.url }, new: { url: recent.url }, raw: { url: raw.url('raw') } },
    agents: { ops: { roles: ['operator'] }, other: { roles: ['operator'] } },
    approvers: { alice: { roles: ['leads'] } },
    rules: [approve('own', ['raw__endless'], ['self']), approve('all', ['*'], ['leads'])],
  })
  key = gateway.key('ops')
  otherKey = gateway.key('other')
  await gateway.ready('old', 'new', 'raw')
})
afterAll(async () => {
  await gateway.close()
  await Promise.all([old.close(), recent.close(), raw.close()])
})

const approveIt = async (id: unknown) =>
  expect((await runStoryCli(gateway, 'approvals', 'approve', String(id), '--by', 'alice')).code).toBe(0)

async function call(params: Record<string, unknown>, by = key) {
  const _meta = { 'io.modelcontextprotocol/clientCapabilities': CAPABILITIES }
  const { json } = await postModern(`${gateway.url}/mcp`, by, 'tools/call', { ...params, _meta })
  return { result: json?.result, code: json?.error?.data?.code, data: json?.error?.data }
}

/** The first round of an approved call. */
async function begin(params: { name: string; arguments: object }): Promise<string> {
  await approveIt((await call(params)).data?.approvalId)
  const { result } = await call(params)
  expect(result?.resultType).toBe('input_required')
  return String(result?.requestState)
}

describe.each(CLIENTS)('%s', (kind) => {
  let client: AnyClient
  beforeAll(async () => {
    client = await connectAny(kind, { url: `${gateway.url}/mcp`, key })
  })
  afterAll(() => client.close())

  it.each(['old', 'new'])(
    verifies('policy.approval', 'one approval is enough for a call to %s that asks in between'),
    async (upstream) => {
      const args = { question: `Color for ${kind}?` }
      const name = `${upstream}__ask_person`
      const required = await client.call(name, args).catch((error) => error.data)
      expect(required).toMatchObject({ code: 'approval_required' })
      await approveIt(required.approvalId)
      const answer = await client.call(name, args)
      expect(JSON.stringify(told(answer))).toContain('green')
      if (upstream === 'new') expect(told(answer)).toMatchObject({ state: 'state of ask_person' })
      expect(await client.call(name, args).catch((error) => error.data.code)).toBe('approval_required')
    },
  )
})

describe('the state of an approved call', () => {
  it.each([
    ['a legacy upstream', 'old__ask_person', 'ask-1'],
    ['a modern upstream', 'new__ask_person', 'color'],
    ['a modern upstream without a state of its own', 'raw__stateless', 'a'],
  ])(verifies('integrity.bound', 'of %s is good for its next round alone, once'), async (_, name, ask) => {
    const params = { name, arguments: { question: 'Once?' } }
    const requestState = await begin(params)
    const retry = { ...params, requestState, inputResponses: { [ask]: GREEN } }
    const before = received.length
    expect((await call(retry, otherKey)).code).toBe('invalid_state')
    expect((await call({ ...retry, arguments: { question: 'Twice?' } })).code).toBe('invalid_state')
    expect((await call({ ...retry, requestState: `${requestState.slice(0, -2)}AA` })).code).toBe('invalid_state')
    expect((await call({ ...params, inputResponses: retry.inputResponses })).code).toBe('invalid_state')
    expect((await call({ ...params, requestState: 'round-1' })).code).toBe('invalid_state')
    expect(received.length).toBe(before)
    const ends = await Promise.all(Array.from({ length: 10 }, () => call(retry)))
    expect(ends.filter(({ result }) => result?.resultType === 'complete')).toHaveLength(1)
    expect(ends.filter(({ code }) => code === 'invalid_state')).toHaveLength(9)
    expect((await call(params)).code).toBe('approval_required')
  })

  it('leads from round to round, each of them once', async () => {
    const params = { name: 'raw__endless', arguments: {} }
    const asked = await call(params)
    const ask = { inputResponses: { approval: { action: 'accept', content: { approve: true } } } }
    let requestState = asked.result?.requestState
    let answers: object = ask
    const states = new Set<unknown>()
    const before = received.length
    for (let round = 1; round <= 5; round++) {
      const { result } = await call({ ...params, requestState, ...answers })
      expect(result).toMatchObject({ resultType: 'input_required', inputRequests: { a: {} } })
      states.add(requestState)
      expect(received.at(-1)).not.toContain('requestState')
      expect(received.at(-1)?.includes('inputResponses')).toBe(round > 1)
      requestState = result?.requestState
      answers = { inputResponses: { a: GREEN } }
    }
    expect(received.length).toBe(before + 5)
    // All that were used lead nowhere; the first asks for another approval.
    const ends = await Promise.all([...states].map((used) => call({ ...params, requestState: used, ...answers })))
    expect(ends.map(({ code, result }) => code ?? result?.inputRequests)).toEqual([
      expect.objectContaining({ approval: expect.anything() }),
      ...new Array(4).fill('invalid_state'),
    ])
    expect(received.length).toBe(before + 5)
  })
})

it('a task needs none beside that of the call that became it', async () => {
  const params = { name: 'raw__job', arguments: {} }
  await approveIt((await call(params)).data?.approvalId)
  const { result } = await call(params)
  expect(result?.resultType).toBe('task')
  const { taskId } = result as { taskId: string }
  const _meta = { 'io.modelcontextprotocol/clientCapabilities': CAPABILITIES }
  const { json } = await postModern(`${gateway.url}/mcp`, key, 'tasks/get', { taskId, _meta }, { 'mcp-name': taskId })
  expect(json?.result).toMatchObject({ status: 'working' })
})
