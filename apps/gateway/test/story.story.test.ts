/** The federated story with the shipped configuration: three real domain servers, both official clients, two agents with different rights. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectLegacy, connectModern } from '@causeway/example-story/clients'
import { tellStory, tellSupportStory } from '@causeway/example-story/tell-story'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type StoryConfig, type StoryGateway, startGateway } from './support/start-gateway.ts'

const ROOT = join(import.meta.dirname, '../../..')
let gateway: StoryGateway
let operatorKey: string
let supportKey: string

beforeAll(async () => {
  const { upstreams, agents, rules, tests } = parse(
    readFileSync(join(ROOT, 'causeway.yaml'), 'utf8'),
  ) as StoryConfig & { upstreams: Record<string, { run: string }> }
  for (const upstream of Object.values(upstreams)) upstream.run = join(ROOT, upstream.run)
  gateway = await startGateway({ upstreams, agents, rules, tests })
  operatorKey = gateway.key('ops-orchestrator')
  supportKey = gateway.key('support-bot')
  await gateway.ready('projects', 'db', 'integrations')
})
afterAll(() => gateway.close())

it.each([
  ['SDK v2', connectModern],
  ['SDK v1', connectLegacy],
])('is told by ops-orchestrator with %s', async (_name, connect) => {
  const client = await connect(`${gateway.url}/mcp`, operatorKey)
  const end = await tellStory(client, () => {})
  expect(end).toMatchObject({
    issueTitle: 'Checkout fails with 500 when coupon is applied twice',
    owner: 'maria-l',
    assignee: 'maria',
  })
  expect(end.taskKey).toMatch(/^WEB-\d+$/)
  expect(end.links).toContain('gh:acme/web#456')
  expect(end.customer).toMatchObject({ company: 'Nordwind Bikes', email: 'jana.keller@nordwind-bikes.example' })
  expect(Number(end.customer.orders)).toBeGreaterThan(0)
  await client.close()
})

it('makes the task once, however often it is told', async () => {
  const client = await connectModern(`${gateway.url}/mcp`, operatorKey)
  const first = await tellStory(client, () => {})
  const second = await tellStory(client, () => {})
  expect(second.taskKey).toBe(first.taskKey)
  await client.close()
})

it('shows support-bot less, refuses it the rest, and masks the customer', async () => {
  const operator = await connectModern(`${gateway.url}/mcp`, operatorKey)
  const all = await operator.toolNames()
  await operator.close()
  for (const connect of [connectModern, connectLegacy]) {
    const client = await connect(`${gateway.url}/mcp`, supportKey)
    const { names, refusal, customer } = await tellSupportStory(client, () => {})
    expect(names.length).toBeLessThan(all.length)
    expect(all).toEqual(expect.arrayContaining(names))
    expect(names).not.toContain('projects__create_and_assign_task')
    expect(refusal).toContain('no such tool')
    expect(JSON.stringify(customer)).not.toContain('jana.keller@nordwind-bikes.example')
    await client.close()
  }
})
