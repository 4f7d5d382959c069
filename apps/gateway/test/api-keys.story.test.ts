/** API keys from the command line through their whole life, on two gateways; and nothing that works before anybody made one. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { greeting } from '../src/greeting.ts'
import type { Listening } from '../src/listen.ts'
import { post } from './support/clients.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'
import { PING } from './support/start-scripted.ts'
import { runStoryCli } from './support/story-cli.ts'
import { verifies } from './support/verifies.ts'

let gateway: StoryGateway
let another: Listening
beforeAll(async () => {
  gateway = await startGateway({ upstreams: {}, agents: { 'bot-*': { roles: ['operator'] } } })
  another = await gateway.startAnother()
})
afterAll(async () => {
  await another.close()
  await gateway.close()
})

interface Made {
  keyId: string
  key: string
}

async function cli(...args: string[]): Promise<{ code: number; text: string; data: Made & Record<string, unknown> }> {
  const answer = await runStoryCli(gateway, ...args)
  return { code: answer.code, text: JSON.stringify(answer), data: answer.data ?? {} }
}

const statusAt = async (url: string, key: string | undefined) => (await post(`${url}/mcp`, key, PING)).status
const statusesOf = async (key: string) => [await statusAt(gateway.url, key), await statusAt(another.url, key)]

describe(verifies('auth.keys', 'a key'), () => {
  it('is shown once, and kept as a keyed hash', async () => {
    const { data: made } = await cli('agents', 'create', 'bot-shown')
    expect(made.key).toMatch(/^cwy_live_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}$/)
    expect(await statusesOf(made.key)).toEqual([200, 200])
    const secret = made.key.split('_')[3] as string
    for (const args of [
      ['agents', 'ls'],
      ['ls', 'agents'],
    ])
      expect((await cli(...args)).text).not.toContain(secret)
    const { dataDir } = gateway.listening.store
    for (const file of readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((each) => each.isFile()))
      expect(readFileSync(join(file.parentPath, file.name)).includes(secret), file.name).toBe(false)
  })

  it('overlaps with one other: a third is refused, and a rotation ends the older one', async () => {
    const { data: first } = await cli('agents', 'create', 'bot-two')
    const { data: second } = await cli('agents', 'create', 'bot-two')
    expect([await statusesOf(first.key), await statusesOf(second.key)].flat()).toEqual([200, 200, 200, 200])
    expect(await cli('agents', 'create', 'bot-two')).toMatchObject({
      code: 1,
      text: expect.stringContaining('too_many'),
    })
    const { data: third } = await cli('agents', 'rotate', 'bot-two', '--overlap', '1h')
    await until(async () => (await statusesOf(first.key)).every((status) => status === 401), 'the oldest has ended')
    expect([await statusesOf(second.key), await statusesOf(third.key)].flat()).toEqual([200, 200, 200, 200])
  })

  it('ends when it expires', async () => {
    const { data: made } = await cli('agents', 'create', 'bot-brief', '--expires', '1m')
    expect(await statusesOf(made.key)).toEqual([200, 200])
    const { apiKeys } = gateway.listening.store
    apiKeys.shorten(made.keyId, Date.now() + 100)
    await until(async () => (await statusesOf(made.key)).every((status) => status === 401), 'the key has expired')
    expect((await cli('agents', 'ls')).text).toContain('expired')
  })

  it('that is revoked ends on every gateway within five seconds', async () => {
    const { data: made } = await cli('agents', 'create', 'bot-revoked')
    expect(await statusesOf(made.key)).toEqual([200, 200])
    const beganMs = Date.now()
    await cli('agents', 'revoke', made.keyId)
    await until(async () => (await statusesOf(made.key)).every((status) => status === 401), 'the key is revoked')
    expect(Date.now() - beganMs).toBeLessThan(5_000)
  })

  it('makes no key: it is nothing to the admin API, and no tool or method makes one', async () => {
    const { data: made } = await cli('agents', 'create', 'bot-minting')
    const before = gateway.listening.store.apiKeys.list().length
    for (const path of ['/api/v1/agents', '/api/v1/agents/bot-minting/keys']) {
      const headers = { authorization: `Bearer ${made.key}`, 'content-type': 'application/json' }
      const body = JSON.stringify({ name: 'bot-new', roles: ['operator'] })
      const answer = await fetch(`${gateway.adminUrl}${path}`, { method: 'POST', headers, body })
      expect([path, answer.status]).toEqual([path, 401])
      expect((await post(`${gateway.url}${path}`, made.key, body)).status).toBe(404)
    }
    for (const method of ['agents/create', 'keys/create', 'tools/call'])
      await post(
        `${gateway.url}/mcp`,
        made.key,
        JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { name: 'x' } }),
      )
    expect(gateway.listening.store.apiKeys.list()).toHaveLength(before)
  })
})

describe(verifies('auth.bootstrap', 'before anybody made a credential'), () => {
  const GUESSES = [undefined, '', 'admin', 'causeway', 'changeme', 'cwy_live_', 'cwa_', 'null', 'undefined']

  it('no guess is served, by either listener', async () => {
    const fresh = await startGateway({ upstreams: {}, agents: { 'ops-orchestrator': { roles: ['operator'] } } })
    expect(fresh.listening.store.apiKeys.list()).toEqual([])
    for (const guess of GUESSES) {
      expect(await statusAt(fresh.url, guess)).toBe(401)
      const headers = { ...(guess === undefined ? {} : { authorization: `Bearer ${guess}` }) }
      // Who guesses on is slowed down.
      for (const path of ['/api/v1/agents', '/metrics'])
        expect([401, 429]).toContain((await fetch(`${fresh.adminUrl}${path}`, { headers })).status)
    }
    await fresh.close()
  })

  it('the first key is another one in each installation', async () => {
    const keys = []
    for (let count = 0; count < 2; count++) {
      const fresh = await startGateway({ upstreams: {}, agents: { 'ops-orchestrator': { roles: ['operator'] } } })
      keys.push(/cwy_live_\w+/.exec(greeting(fresh.listening, undefined, {}))?.[0] ?? '')
      await fresh.close()
    }
    expect(keys[0]).toMatch(/^cwy_live_/)
    expect(keys[0]).not.toBe(keys[1])
    expect(await statusesOf(keys[0] as string)).toEqual([401, 401])
  })
})
