/** What admins hear while it happens: swaps, states, drift, policy and agents; and when a stream ends. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { issueAdminToken } from '../src/admin/issue-admin-token.ts'
import { bareTool, modern, type ScriptedPort, startScripts } from './fixtures/scripted-upstream.ts'
import { adminClient } from './support/admin-client.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'

const GOOD = [{ ...bareTool('pay'), description: 'Pays.' }]
let tools: object[] = GOOD
let raw: ScriptedPort
let gateway: StoryGateway

beforeAll(async () => {
  raw = await startScripts({ up: modern({ lists: () => ({ tools }) }) })
  gateway = await startGateway({ upstreams: { up: { url: raw.url('up'), refresh: '1s' } } })
  await gateway.ready('up')
})
afterAll(async () => {
  await gateway.close()
  await raw.close()
})

interface Heard {
  types: () => string[]
  ids: () => string[]
  text: () => string
  isOpen: () => boolean
  close(): void
  id: string
}

async function listen({ lifeMs = 3_600_000, last }: { lifeMs?: number; last?: string } = {}): Promise<Heard> {
  const { id, token } = issueAdminToken(gateway.listening.store, { name: 'watcher', access: 'read', lifeMs })
  const abort = new AbortController()
  const headers = { authorization: `Bearer ${token}`, ...(last === undefined ? {} : { 'last-event-id': last }) }
  const response = await fetch(`${gateway.adminUrl}/api/v1/events`, { headers, signal: abort.signal })
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
  let text = ''
  let isOpen = true
  const read = async () => {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString()
  }
  read()
    .catch(() => {})
    .finally(() => {
      isOpen = false
    })
  const all = (field: string) => () =>
    [...text.matchAll(new RegExp(`^${field}: (.*)$`, 'gm'))].map(([, value]) => value ?? '')
  await until(() => text.includes('retry:'), 'the stream begins')
  return { types: all('event'), ids: all('id'), text: () => text, isOpen: () => isOpen, close: () => abort.abort(), id }
}

it('tells of changes as they happen, and of what was missed', async () => {
  const heard = await listen()
  const ask = adminClient(gateway)
  tools = [{ ...GOOD[0], description: 'Pays anything.' }]
  await ask('POST', '/api/v1/upstreams/up/refresh')
  await until(() => heard.types().includes('drift'), 'drift is told')
  expect(heard.types()).toContain('catalog')
  expect(heard.text()).toContain('data: {"waiting":1}')
  await ask('POST', '/api/v1/agents', { body: { name: 'bot', roles: [] } })
  await until(() => heard.types().includes('agents'), 'agents are told')
  await ask('PUT', '/api/v1/policy/rules/x', {
    body: { id: 'x', effect: 'allow', roles: ['support'], tools: ['up__pay'] },
    ifMatch: '*',
  })
  await until(() => heard.types().includes('policy'), 'the policy is told')
  raw.scripts.up = (_, response) => void response.destroy()
  await ask('POST', '/api/v1/upstreams/up/restart')
  await until(() => heard.text().includes('"state":"down"'), 'the state is told')
  // A record that was told between two events has the id of the one before it, and is not kept.
  const [first = '', ...behind] = heard.ids()
  const others = behind.filter((id) => id !== first)
  const again = await listen({ last: first })
  await until(() => others.every((id) => again.ids().includes(id)), 'what was missed is told')
  const lost = await listen({ last: 'another-1' })
  await until(() => lost.types()[0] === 'reset', 'who missed too much is told so')
  for (const each of [heard, again, lost]) each.close()
})

it('ends with the credential: when it is revoked at once, and when it expires', async () => {
  const [revoked, expiring, other] = [await listen(), await listen({ lifeMs: 400 }), await listen()]
  gateway.listening.store.adminCredentials.revoke(revoked.id, Date.now())
  await until(() => !revoked.isOpen(), 'the revoked one is closed')
  await until(() => !expiring.isOpen(), 'the expired one is closed')
  expect(other.isOpen()).toBe(true)
  other.close()
})

it('ends with the gateway, which does not wait for it', async () => {
  const heard = await listen()
  await gateway.restart()
  await until(() => !heard.isOpen(), 'it is closed')
})
