/** The greeting makes the first agent's key once, whatever other keys there are. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { OPERATOR_RULES, type StoryGateway, startGateway } from '../test/support/start-gateway.ts'
import { verifies } from '../test/support/verifies.ts'
import { greeting } from './greeting.ts'

let gateway: StoryGateway

beforeAll(async () => {
  const agents = { 'ops-orchestrator': { roles: ['operator'] }, other: { roles: ['operator'] } }
  gateway = await startGateway({ upstreams: {}, agents, rules: OPERATOR_RULES })
})
afterAll(() => gateway.close())

it(verifies('auth.dev', 'makes no key in production, or where others could come'), () => {
  const { listening } = gateway
  const elsewhere = [
    { listening, env: { NODE_ENV: 'production' } },
    { listening: { ...listening, url: 'https://mcp.example' }, env: {} },
  ]
  for (const { listening: at, env } of elsewhere) expect(greeting(at, undefined, { env })).not.toMatch(/cwy_live_/)
  expect(listening.store.apiKeys.list().filter(({ agent }) => agent === 'ops-orchestrator')).toEqual([])
})

it('shows a key of the first agent once, also when another agent has one already', () => {
  gateway.key('other')
  const first = greeting(gateway.listening, undefined)
  const key = /cwy_live_\w+/.exec(first)?.[0] ?? ''
  expect(gateway.listening.gateway.authenticator.authenticate([`Bearer ${key}`])).toMatchObject({
    ok: true,
    caller: { agent: 'ops-orchestrator' },
  })
  const header = `--header "Authorization: Bearer ${key}"`
  expect(first).toContain(`claude mcp add --transport http causeway ${gateway.url}/mcp ${header}`)
  expect(first).toContain('causeway -- connect')
  const second = greeting(gateway.listening, undefined)
  expect(second).not.toMatch(/cwy_live_/)
  expect(second).toContain('agents rotate ops-orchestrator')
})
