/** The admin API, route by route: what it shows, what it changes, what it leaves alone, and that each answer is as its description says. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ROUTES } from '../src/admin/routes.ts'
import type { StoredPin } from '../src/store/pins.ts'
import { bareTool } from './fixtures/scripted-upstream.ts'
import { type AskAdmin, adminClient, clientWith } from './support/admin-client.ts'
import { type AdminStage, failureOf, LISTED, startAdminStage } from './support/admin-stage.ts'
import { postModern } from './support/clients.ts'
import { type StoryGateway, until } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

let stage: AdminStage
let gateway: StoryGateway
let ask: AskAdmin
let listed: AdminStage['listed']

beforeAll(async () => {
  stage = await startAdminStage()
  ;({ gateway, ask, listed } = stage)
})
afterAll(() => stage.close())

describe('upstreams', () => {
  it('are shown with their states, and none of what they are made of', async () => {
    const { json, text } = await ask('GET', '/api/v1/upstreams')
    expect(json.items).toMatchObject([
      { id: 'off', kind: 'command', state: 'disabled' },
      { id: 'up', kind: 'url', state: 'ready', era: 'modern', tags: ['money'], counts: { tools: 3 }, quarantined: 0 },
    ])
    expect(text).not.toMatch(/canary|127\.0\.0\.1/)
    expect((await ask('GET', '/api/v1/upstreams/up')).json.id).toBe('up')
    for (const id of ['nobody', '__proto__', 'constructor', 'toString'])
      expect(failureOf(await ask('GET', `/api/v1/upstreams/${id}`))).toEqual([404, 'item_unknown'])
  })

  it('are listed again when it is asked for, and connected anew', async () => {
    stage.tools = [...LISTED, { ...bareTool('new'), description: 'Is new.' }]
    expect((await ask('POST', '/api/v1/upstreams/up/refresh')).status).toBe(202)
    await until(async () => (await ask('GET', '/api/v1/upstreams/up')).json.counts.tools === 4, 'it was listed')
    const before = gateway.listening.gateway.upstreams.get('up')
    expect((await ask('POST', '/api/v1/upstreams/up/restart')).status).toBe(202)
    expect(gateway.listening.gateway.upstreams.get('up')).not.toBe(before)
    await gateway.ready('up')
    expect(await listed(gateway.key('ops'))).toContain('up__new')
    expect(failureOf(await ask('POST', '/api/v1/upstreams/off/restart'))).toEqual([404, 'item_unknown'])
  })

  it(
    verifies('edge.commands', 'cannot be made or changed by any route, and no body has a place for a command'),
    async () => {
      const command = { command: ['sh', '-c', 'true'], args: [], env: { A: 'b' }, url: 'http://127.0.0.1:1' }
      for (const method of ['POST', 'PUT', 'DELETE'])
        for (const path of ['/api/v1/upstreams', '/api/v1/upstreams/up', '/api/v1/upstreams/off', '/api/v1/config'])
          expect([method, path, (await ask(method, path, { body: command })).status]).toEqual([method, path, 404])
      const { json } = await ask('GET', '/openapi.json')
      const bodies = Object.values(json.paths as Record<string, Record<string, { requestBody?: unknown }>>)
        .flatMap((item) => Object.values(item))
        .map(({ requestBody }) => JSON.stringify(requestBody ?? null))
      for (const body of bodies) expect(body).not.toMatch(/"(command|env|cwd|url|upstreams)"/)
      await ask('POST', '/api/v1/upstreams/off/refresh', { body: command })
      const { text } = await ask('GET', '/api/v1/upstreams/off')
      expect(text).not.toContain('"sh"')
      expect(gateway.listening.gateway.live.config.upstreams.off?.command).toEqual(['node', 'canary-command'])
    },
  )
})

describe('the catalog', () => {
  it('tells of each definition who may use it', async () => {
    const { json } = await ask('GET', '/api/v1/catalog/tools')
    expect(json.items.map(({ name }: { name: string }) => name)).toEqual(['up__drop', 'up__look', 'up__new', 'up__pay'])
    expect(json.items.at(-1)).toMatchObject({
      title: 'Pay a bill',
      tags: ['money'],
      effect: 'write',
      usableBy: ['ops'],
    })
    expect(json.items[0].usableBy).toEqual([])
    expect((await ask('GET', '/api/v1/catalog/tools/up__pay')).json.definition).toEqual(LISTED[0])
    expect((await ask('GET', '/api/v1/catalog/tools?agent=ops&q=BILL')).json.items).toMatchObject([{ name: 'up__pay' }])
    expect(failureOf(await ask('GET', '/api/v1/catalog/tools/up__nothing'))).toEqual([404, 'item_unknown'])
    expect(failureOf(await ask('GET', '/api/v1/catalog/secrets'))).toEqual([400, 'input_invalid'])
  })

  it('comes in pages, which what is new does not shift', async () => {
    const first = await ask('GET', '/api/v1/catalog/tools?limit=2')
    const second = await ask('GET', `/api/v1/catalog/tools?limit=2&cursor=${first.json.nextCursor}`)
    expect([...first.json.items, ...second.json.items].length).toBe(4)
    expect([typeof first.json.nextCursor, second.json.nextCursor]).toEqual(['string', null])
    for (const query of ['limit=0', 'limit=x', 'cursor=%00', 'limit=1&limit=2', 'other=1'])
      expect(failureOf(await ask('GET', `/api/v1/catalog/tools?${query}`))).toEqual([400, 'input_invalid'])
  })
})

describe('agents', () => {
  it('of the store are made, changed and removed, each in view of what is there', async () => {
    const made = await ask('POST', '/api/v1/agents', { body: { name: 'bot', roles: [] } })
    expect([made.status, made.json]).toEqual([201, { name: 'bot', source: 'store', roles: [], isRevoked: false }])
    expect(failureOf(await ask('POST', '/api/v1/agents', { body: { name: 'bot', roles: [] } }))).toEqual([
      409,
      'item_exists',
    ])
    const { key } = (await ask('POST', '/api/v1/agents/bot/keys', { body: {} })).json
    expect(await listed(key)).toEqual([])
    const body = { roles: ['operator'] }
    expect(failureOf(await ask('PUT', '/api/v1/agents/bot', { body }))).toEqual([428, 'precondition_required'])
    const changed = await ask('PUT', '/api/v1/agents/bot', { body, ifMatch: made.etag })
    expect([changed.status, changed.json.roles]).toEqual([200, ['operator']])
    expect(await listed(key)).toContain('up__pay')
    const stale = await ask('PUT', '/api/v1/agents/bot', { body: { roles: [] }, ifMatch: made.etag })
    expect(failureOf(stale)).toEqual([412, 'precondition_failed'])
    expect((await ask('GET', '/api/v1/agents/bot')).etag).toBe(changed.etag)
    expect((await ask('DELETE', '/api/v1/agents/bot', { ifMatch: changed.etag })).status).toBe(204)
    expect((await postModern(`${gateway.url}/mcp`, key, 'tools/list', {})).status).toBe(401)
    expect((await ask('GET', '/api/v1/agents/bot')).json).toMatchObject({ name: 'bot', source: 'none', roles: [] })
    expect(failureOf(await ask('DELETE', '/api/v1/agents/bot', { ifMatch: '*' }))).toEqual([404, 'item_unknown'])
  })

  it('of the file are read-only', async () => {
    const { json } = await ask('GET', '/api/v1/agents')
    expect(json.items.filter(({ source }: { source: string }) => source === 'file')).toMatchObject([
      { name: 'helpdesk-*', source: 'file', roles: ['support'] },
      { name: 'ops', source: 'file', roles: ['operator'] },
    ])
    for (const name of ['ops', 'helpdesk-7'])
      expect(failureOf(await ask('POST', '/api/v1/agents', { body: { name, roles: ['operator'] } }))).toEqual([
        409,
        'managed_by_file',
      ])
    const { etag } = await ask('GET', '/api/v1/agents/ops')
    const put = await ask('PUT', '/api/v1/agents/ops', { body: { roles: [] }, ifMatch: etag })
    expect(failureOf(put)).toEqual([409, 'managed_by_file'])
    expect(failureOf(await ask('DELETE', '/api/v1/agents/ops', { ifMatch: '*' }))).toEqual([409, 'managed_by_file'])
  })

  it(verifies('auth.keys', 'have keys that are shown once, overlap, and end everywhere at once'), async () => {
    const first = (await ask('POST', '/api/v1/agents/helpdesk-1/keys', { body: { expires: '1h' } })).json
    const second = (await ask('POST', '/api/v1/agents/helpdesk-1/keys/rotate', { body: { overlap: '1h' } })).json
    expect(second.previous.id).toBe(first.id)
    const statuses = () =>
      Promise.all(
        [first.key, second.key].map(
          async (key) => (await postModern(`${gateway.url}/mcp`, key, 'tools/list', {})).status,
        ),
      )
    expect(await statuses()).toEqual([200, 200])
    const full = await ask('POST', '/api/v1/agents/helpdesk-1/keys', { body: {} })
    expect(failureOf(full)).toEqual([409, 'too_many_keys'])
    const { json, text } = await ask('GET', '/api/v1/agents/helpdesk-1/keys')
    expect(json.items.map(({ state, origin, madeBy }: Record<string, string>) => [state, origin, madeBy])).toEqual([
      ['active', 'api', 'token:alice'],
      ['active', 'api', 'token:alice'],
    ])
    expect(text).not.toContain('cwy_')
    const other = await gateway.startAnother()
    const there = async () => (await postModern(`${other.url}/mcp`, first.key, 'tools/list', {})).status
    expect(await there()).toBe(200)
    expect((await ask('DELETE', `/api/v1/agents/helpdesk-1/keys/${first.id}`)).status).toBe(204)
    expect(await statuses()).toEqual([401, 200])
    await until(async () => (await there()) === 401, 'another process knows too')
    await other.close()
    expect(failureOf(await ask('DELETE', `/api/v1/agents/ops/keys/${second.id}`))).toEqual([404, 'item_unknown'])
  })

  it('of which the file has limits alone are the store’s', async () => {
    const made = await ask('POST', '/api/v1/agents', { body: { name: 'capped-1', roles: ['support'] } })
    expect([made.status, made.json]).toMatchObject([201, { source: 'store', roles: ['support'] }])
    const put = await ask('PUT', '/api/v1/agents/capped-1', { body: { roles: [] }, ifMatch: made.etag })
    expect([put.status, put.json.roles]).toEqual([200, []])
    expect((await ask('DELETE', '/api/v1/agents/capped-1', { ifMatch: put.etag })).status).toBe(204)
  })

  it('are not taken out of service by a glob, which would end nothing', async () => {
    expect(failureOf(await ask('POST', '/api/v1/agents/helpdesk-*/revoke'))).toEqual([422, 'cannot_revoke'])
    const body = { agent: 'helpdesk-*' }
    expect(failureOf(await ask('POST', '/api/v1/revocations', { body }))).toEqual([422, 'cannot_revoke'])
  })

  it('are taken out of service and put back, those of the file too', async () => {
    const key = gateway.key('helpdesk-8')
    const revoked = await ask('POST', '/api/v1/agents/helpdesk-8/revoke')
    expect(revoked.json).toMatchObject({ agent: 'helpdesk-8', isRevoked: true, revokedKeys: [key.split('_')[2]] })
    expect((await postModern(`${gateway.url}/mcp`, key, 'tools/list', {})).status).toBe(401)
    for (const path of ['keys', 'keys/rotate', 'impersonations'])
      expect(failureOf(await ask('POST', `/api/v1/agents/helpdesk-8/${path}`, { body: {} }))).toEqual([
        409,
        'agent_revoked',
      ])
    expect((await ask('GET', '/api/v1/agents/helpdesk-8')).json.isRevoked).toBe(true)
    expect((await ask('POST', '/api/v1/agents/helpdesk-8/restore')).json.isRevoked).toBe(false)
    const next = (await ask('POST', '/api/v1/agents/helpdesk-8/keys', { body: {} })).json
    expect((await postModern(`${gateway.url}/mcp`, next.key, 'tools/list', {})).status).toBe(200)
  })

  it(verifies('auth.keys', 'have keys that are kept as hashes alone, and end when they expire'), async () => {
    const { key, id } = (await ask('POST', '/api/v1/agents/helpdesk-6/keys', { body: { expires: '1m' } })).json
    const secret = key.split('_').at(-1)
    const { dataDir, apiKeys } = gateway.listening.store
    const kept = readdirSync(dataDir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => readFileSync(join(parentPath, name)))
    expect(kept.some((bytes) => bytes.includes(id))).toBe(true)
    expect(kept.filter((bytes) => bytes.includes(secret))).toEqual([])
    apiKeys.shorten(id, Date.now())
    expect((await postModern(`${gateway.url}/mcp`, key, 'tools/list', {})).status).toBe(401)
  })

  it(verifies('auth.keys', 'cannot make keys with a key'), async () => {
    const own = clientWith(() => gateway.adminUrl, { authorization: `Bearer ${gateway.key('helpdesk-2')}` })
    for (const path of ['/api/v1/agents/helpdesk-2/keys', '/api/v1/agents/ops/impersonations'])
      expect(failureOf(await own('POST', path, { body: {} }))).toEqual([401, 'admin_unauthorized'])
  })

  it('can be acted as for a minute, by whoever has an admin token, and that is known', async () => {
    const { json } = await ask('POST', '/api/v1/agents/ops/impersonations')
    expect(Date.parse(json.expiresAt) - Date.now()).toBeLessThanOrEqual(60_000)
    const proof = gateway.listening.gateway.authenticator.authenticate([`Bearer ${json.key}`])
    expect(proof).toMatchObject({ ok: true, caller: { agent: 'ops', origin: 'impersonation', act: 'token:alice' } })
    expect(failureOf(await ask('POST', '/api/v1/agents/nobody/impersonations'))).toEqual([404, 'item_unknown'])
  })
})

describe('drift', () => {
  it('is shown with what it means, and accepted', async () => {
    stage.tools = [
      { ...LISTED[0], description: 'Pays any bill.', inputSchema: { type: 'object', required: ['to'] } },
      ...LISTED.slice(1),
    ]
    await ask('POST', '/api/v1/upstreams/up/refresh')
    await until(async () => (await ask('GET', '/api/v1/drift')).json.items.length === 1, 'it is held back')
    const [{ id }] = (await ask('GET', '/api/v1/drift')).json.items
    const { json } = await ask('GET', `/api/v1/drift/${id}`)
    expect(json).toMatchObject({ name: 'up__pay', isNew: false, changes: { verdict: 'breaking' }, before: LISTED[0] })
    expect((await ask('GET', '/api/v1/catalog/tools/up__pay')).json.quarantined).toBe(true)
    // Between the look and the approval it changes once more.
    const key = gateway.key('ops')
    const { pins } = gateway.listening.store
    const [held] = pins.held()
    const told = { reason: 'changed', nowMs: Date.now() }
    const { approve } = pins
    vi.spyOn(pins, 'approve').mockImplementationOnce((key, heldHash, nowMs) => {
      pins.hold(key, { hash: 'another', textHash: 'another', text: '{}' }, told)
      return approve(key, heldHash, nowMs)
    })
    expect(failureOf(await ask('POST', `/api/v1/drift/${id}/approve`))).toEqual([409, 'drift_changed'])
    expect(await listed(key)).not.toContain('up__pay')
    const { heldHash = '', heldTextHash = '', heldText = '' } = held as StoredPin
    pins.hold(held as StoredPin, { hash: heldHash ?? '', textHash: heldTextHash ?? '', text: heldText ?? '' }, told)
    expect((await ask('POST', `/api/v1/drift/${id}/approve`)).status).toBe(200)
    expect(await listed(key)).toContain('up__pay')
    expect(failureOf(await ask('POST', `/api/v1/drift/${id}/approve`))).toEqual([404, 'item_unknown'])
    expect(failureOf(await ask('GET', '/api/v1/drift/nothing'))).toEqual([404, 'item_unknown'])
  })
})

describe('input', () => {
  it('that does not fit changes nothing and is told where', async () => {
    const post = (body: unknown, headers = {}) => ask('POST', '/api/v1/agents', { body, headers })
    const bad = await post({ name: 'a b', roles: 'x' })
    expect(bad.json.error.problems.map(({ at }: { at: string }) => at)).toEqual(['body.name', 'body.roles'])
    for (const body of [
      '',
      '{',
      '[]',
      'null',
      '"x"',
      '{"name":"a","roles":[],"x":1}',
      '{"__proto__":{"name":"a","roles":[]}}',
    ])
      expect([body, ...failureOf(await post(body))]).toEqual([body, 400, 'input_invalid'])
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/jsonp',
    ])
      expect(failureOf(await post('{}', { 'content-type': type }))).toEqual([415, 'media_type_unsupported'])
    expect(failureOf(await post('{}', { 'content-encoding': 'gzip' }))).toEqual([415, 'media_type_unsupported'])
    expect(failureOf(await post({ name: 'a', roles: [], x: 'x'.repeat(1_100_000) }))).toEqual([413, 'body_too_large'])
    expect((await ask('GET', '/api/v1/agents/a')).status).toBe(404)
  })

  it('of a token for looking alone changes nothing', async () => {
    const reader = adminClient(gateway, 'read')
    expect((await reader('GET', '/api/v1/policy')).status).toBe(200)
    expect((await reader('POST', '/api/v1/policy/explain', { body: { agent: 'ops', name: 'x' } })).status).toBe(200)
    for (const { method, path } of ROUTES.filter(({ access }) => access === 'write')) {
      const refused = await reader(method, path.replaceAll(/\{\w+\}/g, 'up'), { body: {}, ifMatch: '*' })
      expect([path, ...failureOf(refused)]).toEqual([path, 403, 'admin_read_only'])
    }
  })

  it('without a credential reaches no route but those that are open', async () => {
    const stranger = clientWith(() => gateway.adminUrl, {})
    for (const { method, path, access } of ROUTES) {
      const { status } = await stranger(method, path.replaceAll(/\{\w+\}/g, 'up'), method === 'GET' ? {} : { body: {} })
      expect([path, status === 401]).toEqual([path, access !== 'open'])
    }
  })
})

it('the gateway tells how it is, and who asks', async () => {
  expect((await ask('GET', '/api/v1/health')).json).toMatchObject({ ok: true, upstreams: { ready: 1 } })
  expect((await ask('GET', '/api/v1/session')).json).toMatchObject({ kind: 'token', name: 'alice', access: 'write' })
})

describe('tokens', () => {
  it('are listed without what they are, and revoked', async () => {
    const doomed = adminClient(gateway, 'write', 'doomed')
    expect((await doomed('GET', '/api/v1/session')).json).toMatchObject({
      kind: 'token',
      name: 'doomed',
      csrfToken: null,
    })
    const { json, text } = await ask('GET', '/api/v1/tokens')
    const { id } = json.items.find(({ name }: { name: string }) => name === 'doomed')
    expect(text).not.toContain('cwa_')
    expect((await ask('DELETE', `/api/v1/tokens/${id}`)).status).toBe(204)
    expect((await doomed('GET', '/api/v1/session')).status).toBe(401)
    expect(failureOf(await ask('DELETE', '/api/v1/tokens/nothing'))).toEqual([404, 'item_unknown'])
  })
})

it('has no route that the stories do not ask', () => {
  // The policy, approvals, the record, revocations, sessions, streams and metrics have stories of their own.
  const elsewhere = ['signIn', 'signOut', 'listenToEvents', 'getMetrics']
  const left = ROUTES.filter(
    ({ id, tag }) => !['policy', 'approvals', 'audit', 'revocations'].includes(tag) && !stage.exercised.has(id),
  ).map(({ id }) => id)
  expect(left.toSorted()).toEqual(elsewhere.toSorted())
})
