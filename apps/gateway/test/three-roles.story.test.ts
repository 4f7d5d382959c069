/** Three agents of three roles ask the database the same question behind the gateway: three answers, three audit trails. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { connectV1, connectV2 } from './support/clients.ts'
import { NO_LIMITS, type StoryConfig, type StoryGateway, startGateway } from './support/start-gateway.ts'

const ROOT = join(import.meta.dirname, '../../..')
const AGENTS = { 'ops-orchestrator': 'operator', 'support-bot': 'support', 'analyst-bot': 'viewer' } as const
type Agent = keyof typeof AGENTS

const QUESTION = {
  sql: 'SELECT c.name, c.email, c.ssn, t.number FROM tickets t JOIN customers c ON c.id = t.customer_id WHERE t.external_ref = $1',
  params: ['gh:acme/web#456'],
}
/** An analyst does not know of social security numbers. */
const ANALYST_QUESTION = { ...QUESTION, sql: QUESTION.sql.replace(' c.ssn,', '') }

let gateway: StoryGateway
const clients = new Map<Agent, Client>()

beforeAll(async () => {
  const { rules } = parse(readFileSync(join(ROOT, 'causeway.yaml'), 'utf8')) as StoryConfig
  const agents = Object.fromEntries(Object.entries(AGENTS).map(([agent, role]) => [agent, { roles: [role] }]))
  const db = { run: join(ROOT, 'packages/server-db'), owner: 'data-platform', tags: ['private'] }
  gateway = await startGateway({ upstreams: { db }, agents, rules: rules ?? [], limits: NO_LIMITS })
  await gateway.ready('db')
  for (const agent of Object.keys(AGENTS) as Agent[])
    clients.set(agent, await connectV2(`${gateway.url}/mcp`, gateway.key(agent)))
})
afterAll(async () => {
  await Promise.all([...clients.values()].map((client) => client.close()))
  await gateway.close()
})

interface Said {
  isError: boolean
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: each tool has its own shape
  data: any
}

async function ask(agent: Agent, tool: string, args: Record<string, unknown>): Promise<Said> {
  const { isError, content, structuredContent } = await clients
    .get(agent)!
    .callTool({ name: `db__${tool}`, arguments: args })
  return { isError: isError ?? false, text: (content[0] as { text: string }).text, data: structuredContent }
}

describe('the same question', () => {
  it('has three answers', async () => {
    const operator = await ask('ops-orchestrator', 'run_query', QUESTION)
    const ssn = operator.data.rows[0][2]
    expect(operator.data.rows[0].slice(0, 2)).toEqual(['Jana Keller', 'jana.keller@nordwind-bikes.example'])
    expect(ssn).toMatch(/^9\d\d-\d\d-\d{4}$/)
    expect(operator.data.policy).toEqual({ role: 'admin', masked: [], row_filtered: [] })

    const support = await ask('support-bot', 'run_query', QUESTION)
    expect(support.data.rows[0].slice(0, 3)).toEqual([
      'Jana Keller',
      'j***@nordwind-bikes.example',
      `***${ssn.slice(-4)}`,
    ])
    expect(support.data.policy).toEqual({
      role: 'support',
      masked: ['customers.email', 'customers.ssn'],
      row_filtered: [],
    })
    expect(support.text).toContain('Masked for your role: customers.email, customers.ssn.')

    expect(await ask('analyst-bot', 'run_query', QUESTION)).toMatchObject({
      isError: true,
      data: { error: { code: 'sql_error' } },
    })
    const analyst = await ask('analyst-bot', 'run_query', ANALYST_QUESTION)
    expect(analyst.data.rows[0].slice(0, 2)).toEqual([
      expect.stringMatching(/^h:[0-9a-f]{16}$/),
      expect.stringMatching(/^h:[0-9a-f]{16}$/),
    ])
    expect([operator, support, analyst].map(({ data }) => data.rows[0].at(-1))).toEqual(
      Array(3).fill(operator.data.rows[0][3]),
    )
    for (const { text, data } of [support, analyst]) {
      expect(text + JSON.stringify(data)).not.toContain('jana.keller@')
      expect(text + JSON.stringify(data)).not.toContain(ssn)
    }
  })

  it('has three answers in the other era, too', async () => {
    const seen: unknown[] = []
    for (const agent of Object.keys(AGENTS) as Agent[]) {
      const client = await connectV1(`${gateway.url}/mcp`, gateway.key(agent))
      const { structuredContent } = await client.callTool({ name: 'db__run_query', arguments: ANALYST_QUESTION })
      seen.push((structuredContent as { rows: unknown[][] }).rows[0]![1])
      await client.close()
    }
    expect(new Set(seen).size).toBe(3)
  })

  it('leaves three audit trails', async () => {
    const { audit } = gateway.listening.gateway
    await audit.flush()
    for (const agent of Object.keys(AGENTS) as Agent[]) {
      const records = await audit.readRecords({ agent, tool: 'db__run_query', limit: 100 })
      expect(records.length, agent).toBeGreaterThan(1)
      for (const record of records)
        expect(record).toMatchObject({
          agent,
          upstream: 'db',
          tool: 'db__run_query',
          decision: 'allow',
          kind: 'result',
        })
      expect(records.map(({ args }) => args)).toContainEqual(agent === 'analyst-bot' ? ANALYST_QUESTION : QUESTION)
      // The question is on record, and never what came of it.
      expect(JSON.stringify(records)).not.toMatch(/jana\.keller|Jana Keller/)
    }
  })
})

it('each sees its own policy and its own people', async () => {
  const read = async (agent: Agent, uri: string) => {
    const { contents } = await clients.get(agent)!.readResource({ uri })
    return (contents[0] as { text: string }).text
  }
  expect(await read('ops-orchestrator', 'database://policies/me')).toContain('nothing is masked or left out')
  expect(await read('support-bot', 'database://policies/me')).toContain('- customers.ssn: masked (last4)')
  expect(await read('analyst-bot', 'database://policies/me')).not.toContain('ssn')
  expect(await read('ops-orchestrator', 'database://users')).toMatch(/@[\w-]+\.example/)
  expect(await read('support-bot', 'database://users')).toMatch(/\*\*\*@[\w.-]+example/)
  expect(await read('analyst-bot', 'database://users')).not.toContain('@')
})

it('an export is for its caller alone', async () => {
  const { data } = await ask('support-bot', 'export_query', {
    sql: 'SELECT id, email FROM customers ORDER BY id LIMIT 3',
  })
  const { contents } = await clients.get('support-bot')!.readResource({ uri: data.uri })
  expect((contents[0] as { text: string }).text).toMatch(/^id,email\r\n1,\w\*\*\*@/)
  for (const other of ['ops-orchestrator', 'analyst-bot'] as const)
    await expect(clients.get(other)!.readResource({ uri: data.uri })).rejects.toThrow()
})

it('only who may write finds the tool that writes, and it commits what was confirmed', async () => {
  const names = async (agent: Agent) => (await clients.get(agent)!.listTools()).tools.map(({ name }) => name)
  for (const agent of ['support-bot', 'analyst-bot'] as const)
    expect(await names(agent)).not.toContain('db__run_transaction')
  expect(await names('ops-orchestrator')).toContain('db__run_transaction')
  const statements = [
    { sql: "UPDATE tickets SET priority = 'urgent' WHERE external_ref = $1", params: ['gh:acme/web#456'] },
  ]
  const rehearsed = await ask('ops-orchestrator', 'run_transaction', { statements })
  expect(rehearsed.data).toMatchObject({
    committed: false,
    effects: [{ table: 'tickets', action: 'update', row_count: 1 }],
  })
  const sql = 'SELECT priority FROM tickets WHERE external_ref = $1'
  const priority = async () =>
    (await ask('ops-orchestrator', 'run_query', { sql, params: ['gh:acme/web#456'] })).data.rows[0][0]
  expect(await priority()).toBe('high')
  const token = rehearsed.data.confirmation_token
  const done = await ask('ops-orchestrator', 'run_transaction', { statements, confirmation_token: token })
  expect(done.data.committed).toBe(true)
  expect(await priority()).toBe('urgent')
})
