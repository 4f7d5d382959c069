/** Credentials and session ids that prove nothing are refused alike, whatever is wrong with them. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { post, postModern } from './support/clients.ts'
import { failureOf } from './support/failure-of.ts'
import { type RawRequest, rawRequest } from './support/raw-http.ts'
import { having, PING, type Scripted, startScripted } from './support/start-scripted.ts'

type Headers = NonNullable<RawRequest['headers']>

let scripted: Scripted
beforeAll(async () => {
  scripted = await startScripted()
})
afterAll(() => scripted.close())
afterEach(() => scripted.expectServing())

const ping = (request: RawRequest) => rawRequest(scripted.url, { headers: scripted.headers, body: PING, ...request })
const refusal = async (request: RawRequest) => failureOf(await ping(request))

describe('a credential', () => {
  const cases: [string, () => Headers][] = [
    ['none', () => []],
    ['empty', () => [['Authorization', '']]],
    ['of another scheme', () => [['Authorization', `Basic ${Buffer.from(`ops:${scripted.key}`).toString('base64')}`]]],
    ['without a scheme', () => [['Authorization', scripted.key]]],
    [
      'mistyped',
      () => [['Authorization', `Bearer ${scripted.key.slice(0, -1)}${scripted.key.endsWith('A') ? 'B' : 'A'}`]],
    ],
    ['in another case', () => [['Authorization', `Bearer ${scripted.key.toUpperCase()}`]]],
    ['made up', () => [['Authorization', 'Bearer cwy_live_aaaaaaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbb']]],
    ['a token of three parts', () => [['Authorization', 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJvcHMifQ.']]],
    [
      'there twice',
      () => [
        ['Authorization', `Bearer ${scripted.key}`],
        ['Authorization', `Bearer ${scripted.key}`],
      ],
    ],
    ['in a list', () => [['Authorization', `Bearer ${scripted.key}, Bearer ${scripted.key}`]]],
    [
      'in another header',
      () => [
        ['X-Api-Key', scripted.key],
        ['Cookie', `authorization=Bearer ${scripted.key}`],
      ],
    ],
    ['long', () => [['Authorization', `Bearer ${'A'.repeat(20_000)}`]]],
  ]
  it.each(cases)('that is %s is refused alike, and the body is not looked at', async (_name, headers) => {
    for (const body of [PING, '{not json', '[]']) {
      const answer = await ping({ headers: [['Content-Type', 'application/json'], ...headers()], body })
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="causeway"')
      const { message } = JSON.parse(answer.text).error
      expect(message).toBe('Cannot serve the request: no valid credential')
      expect(failureOf(answer)).toEqual({ status: 401, rpc: -32603, code: 'unauthorized' })
    }
  })

  it('is asked for before a route is said to exist', async () => {
    for (const target of ['/mcp', '/s/up/mcp', '/s/nothing/mcp']) {
      expect(await refusal({ target, headers: scripted.headers.slice(1) })).toMatchObject({ status: 401 })
      expect(await refusal({ target, method: 'GET', body: '', headers: [] })).toMatchObject({ status: 401 })
    }
  })
})

describe('a session id', () => {
  const INITIALIZE = {
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
  }
  const begin = async (route = scripted.url) =>
    (await post(route, scripted.key, JSON.stringify(INITIALIZE))).headers.get('mcp-session-id') as string
  const refused = { status: 404, rpc: -32001, code: 'session_not_found' }
  const expectRefused = async (id: string, who = scripted.key, route = scripted.url) => {
    const answer = await post(route, who, PING, { 'mcp-session-id': id })
    expect(failureOf(answer)).toEqual({ ...refused, id: 7 })
    for (const method of ['GET', 'DELETE']) {
      const headers: Headers = [
        ['Authorization', `Bearer ${who}`],
        ['Mcp-Session-Id', id],
      ]
      const raw = await rawRequest(route, { method, headers })
      expect(failureOf(raw)).toEqual(refused)
    }
  }

  it('works for its agent on its route, and for no one and nowhere else', async () => {
    const id = await begin()
    expect((await post(scripted.url, scripted.key, PING, { 'mcp-session-id': id })).status).toBe(200)
    expect((await post(scripted.url, scripted.gateway.key('ops'), PING, { 'mcp-session-id': id })).status).toBe(200)
    await expectRefused(id, scripted.gateway.key('other'))
    await expectRefused(id, scripted.key, `${scripted.gateway.url}/s/up/mcp`)
    await expectRefused(await begin(`${scripted.gateway.url}/s/up/mcp`))
  })

  it('is refused once it has ended', async () => {
    const id = await begin()
    const headers: Headers = having(scripted.headers, ['Mcp-Session-Id', id])
    expect((await rawRequest(scripted.url, { method: 'DELETE', headers })).status).toBe(204)
    await expectRefused(id)
  })

  it.each([
    ['changed', (id: string) => `${id.slice(0, 30)}${id[30] === 'A' ? 'B' : 'A'}${id.slice(31)}`],
    ['cut', (id: string) => id.slice(0, -4)],
    ['of another scripted.key', (id: string) => `AAAAAAAA${id.slice(8)}`],
    ['there twice', (id: string) => `${id}, ${id}`],
    ['made up', () => '3f1b7a52-1f2c-4d0e-9b6a-0c9a4f7f0a11'],
    ['long', () => 'A'.repeat(10_000)],
  ])('is refused when it is %s', async (_name, change) => {
    await expectRefused(change(await begin()))
  })

  it('is nothing to a modern request', async () => {
    const answer = await postModern(scripted.url, scripted.key, 'tools/list', {}, { 'mcp-session-id': 'made-up' })
    expect(answer.json?.result?.tools).toHaveLength(1)
  })
})
