/** What an agent holds for one user is nothing to the same agent for another user, for itself, or for a user of that name elsewhere. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendResult } from './fixtures/scripted-upstream.ts'
import { post, postModern } from './support/clients.ts'
import { failureOf } from './support/failure-of.ts'
import { type Scripted, startScripted } from './support/start-scripted.ts'
import { startTestIssuer, type TestIssuer } from './support/test-issuer.ts'
import { verifies } from './support/verifies.ts'

/** More than a page of a list. */
const TOOLS = 1_050
const CAPABILITIES = { elicitation: {}, extensions: { 'io.modelcontextprotocol/tasks': {} } }

let issuer: TestIssuer
let elsewhere: TestIssuer
let scripted: Scripted
let ada: string
let botKey: string

beforeAll(async () => {
  issuer = await startTestIssuer()
  elsewhere = await startTestIssuer()
  const tools = Array.from({ length: TOOLS }, (_, index) => ({
    name: `tool-${index}`,
    inputSchema: { type: 'object' },
  }))
  scripted = await startScripted(
    { tools },
    {
      auth: { issuers: [{ issuer: issuer.url }, { issuer: elsewhere.url }] },
      agents: { ops: { roles: ['operator'] }, bot: { roles: ['operator'] } },
    },
  )
  ada = tokenOf('ada')
  botKey = scripted.gateway.key('bot')
  const { answers } = scripted.upstream
  answers.set('tool-0', ({ idText, params }, response) =>
    sendResult(
      response,
      idText,
      params.requestState === undefined
        ? { resultType: 'input_required', inputRequests: {}, requestState: 'round-1' }
        : { resultType: 'complete', content: [{ type: 'text', text: String(params.requestState) }] },
    ),
  )
  const times = { createdAt: '2026-11-21T00:00:00Z', lastUpdatedAt: '2026-11-21T00:00:00Z', ttlMs: 60_000 }
  const task = { taskId: 'job-1', status: 'working', pollIntervalMs: 1_000, ...times }
  answers.set('tool-1', ({ idText }, response) => sendResult(response, idText, { ...task, resultType: 'task' }))
})
afterAll(async () => {
  await scripted.close()
  await Promise.all([issuer.stop(), elsewhere.stop()])
})

const tokenOf = (sub: string, by = issuer) => by.token({ claims: { aud: scripted.url, sub } })
const others = (): [who: string, credential: string][] => [
  ['another user', tokenOf('bob')],
  ['the agent itself', tokenOf('bot')],
  ['the agent by its key', botKey],
  ['a user of that name elsewhere', tokenOf('ada', elsewhere)],
  ['another agent', scripted.key],
]
const _meta = { 'io.modelcontextprotocol/clientCapabilities': CAPABILITIES }
const ask = (credential: string, method: string, params: Record<string, unknown> = {}) =>
  postModern(
    scripted.url,
    credential,
    method,
    { ...params, _meta },
    params.taskId ? { 'mcp-name': String(params.taskId) } : {},
  )

describe(verifies('integrity.bound', 'of one user'), () => {
  it('a cursor', async () => {
    const cursor = (await ask(ada, 'tools/list')).json?.result?.nextCursor
    expect(cursor).toBeDefined()
    expect((await ask(tokenOf('ada'), 'tools/list', { cursor })).json?.result?.tools).toBeDefined()
    for (const [who, credential] of others())
      expect([who, failureOf(await ask(credential, 'tools/list', { cursor })).code]).toEqual([who, 'unknown_cursor'])
  })

  it('a request state', async () => {
    const call = { name: 'up__tool-0', arguments: {} }
    const { requestState } = (await ask(ada, 'tools/call', call)).json?.result ?? {}
    expect(requestState).not.toBe('round-1')
    const calls = scripted.upstream.received.length
    for (const [who, credential] of others()) {
      const answer = await ask(credential, 'tools/call', { ...call, requestState, inputResponses: {} })
      expect([who, failureOf(answer).code]).toEqual([who, 'invalid_state'])
    }
    expect(scripted.upstream.received).toHaveLength(calls)
    const again = await ask(tokenOf('ada'), 'tools/call', { ...call, requestState, inputResponses: {} })
    expect(again.json?.result?.content).toEqual([{ type: 'text', text: 'round-1' }])
  })

  it('a task', async () => {
    const { taskId } = (await ask(ada, 'tools/call', { name: 'up__tool-1', arguments: {} })).json?.result ?? {}
    expect(taskId).not.toBe('job-1')
    const calls = scripted.upstream.received.length
    for (const method of ['tasks/get', 'tasks/cancel', 'tasks/update'])
      for (const [who, credential] of others()) {
        const answer = await ask(credential, method, { taskId, inputResponses: {} })
        expect([method, who, failureOf(answer).code]).toEqual([method, who, 'unknown_task'])
      }
    expect(scripted.upstream.received).toHaveLength(calls)
  })

  it('a session', async () => {
    const clientInfo = { name: 'story', version: '1.0.0' }
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo }
    const initialize = JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params })
    const session = (await post(scripted.url, ada, initialize)).headers.get('mcp-session-id') as string
    const list = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' })
    for (const [who, credential] of others())
      expect([who, (await post(scripted.url, credential, list, { 'mcp-session-id': session })).status]).toEqual([
        who,
        404,
      ])
    expect((await post(scripted.url, tokenOf('ada'), list, { 'mcp-session-id': session })).status).toBe(200)
  })
})
