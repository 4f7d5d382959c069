/** The gateway's own keys rotate under calls: two gateways and their domain servers agree, no call fails, and a rotation that dies half-way has not happened. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeProtectedHeader } from 'jose'
import { expect, it } from 'vitest'
import { createCallTokenSigner } from '../src/identity/call-token.ts'
import { createSessionSealer } from '../src/identity/session-seal.ts'
import type { Listening } from '../src/listen.ts'
import { openStore } from '../src/store/open-store.ts'
import { post } from './support/clients.ts'
import { startGateway, until } from './support/start-gateway.ts'
import { startTestIssuer } from './support/test-issuer.ts'

const ROTATING = join(import.meta.dirname, 'fixtures/rotating.ts')
const PAUSE_MS = 40
const CALL = { name: 'notes__who_calls', arguments: {} }
const INITIALIZE = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'story', version: '1.0.0' },
}
const message = (method: string, params: object) => JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })

/** Rotates in a process of its own, which may be killed meanwhile. */
async function rotate(dataDir: string, times: number, killAfterMs?: number): Promise<void> {
  const child = spawn(process.execPath, [ROTATING, dataDir, String(times)], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  if (killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfterMs)
  await once(child, 'exit')
}

it('a rotation by another process fails no call and no session, and reaches every gateway on the store', async () => {
  const issuer = await startTestIssuer()
  const gateway = await startGateway({
    upstreams: { notes: { run: join(import.meta.dirname, 'fixtures/notes') } },
    agents: { bot: { roles: ['operator'] } },
    auth: { issuers: [{ issuer: issuer.url }] },
  })
  const another = await gateway.startAnother()
  const both = [gateway.listening, another]
  await until(() => both.every(({ gateway: each }) => each.catalog.current.upstreams.has('notes')), 'both are ready')
  let users = 0
  const token = ({ url }: Listening, sub: string) => issuer.token({ claims: { aud: `${url}/mcp`, sub } })
  // Each call is by another user, so that each is presented to the domain server with a token of its own.
  const callAs = async (at: Listening, sub: string, headers = {}) => {
    const { status, json } = await post(`${at.url}/mcp`, token(at, sub), message('tools/call', CALL), headers)
    const { agent } = (json?.result?.structuredContent ?? {}) as { agent?: string }
    return agent === 'bot' ? 'served' : `${status} ${JSON.stringify(json)}`
  }
  const keyIdAt = async ({ gateway: { callTokens } }: Listening) =>
    decodeProtectedHeader(await callTokens.tokenFor({ agent: `key-${users++}`, roles: [], scopes: [] }, 'notes')).kid
  const outcomes = new Map<string, number>()
  let isOver = false
  const calling = both.map(async (at) => {
    const began = await post(`${at.url}/mcp`, token(at, 'ada'), message('initialize', INITIALIZE))
    const session = { 'mcp-session-id': began.headers.get('mcp-session-id') as string }
    while (!isOver) {
      const answers = await Promise.all([callAs(at, `user-${users++}`), callAs(at, 'ada', session)])
      for (const each of answers) outcomes.set(each, (outcomes.get(each) ?? 0) + 1)
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  })
  const before = await Promise.all(both.map(keyIdAt))
  expect(before[0]).toBe(before[1])
  await rotate(gateway.listening.store.dataDir, 1)
  const published = both.map(({ gateway: { callTokens } }) => callTokens.jwks().keys.map(({ kid }) => kid))
  expect(published[0]).toHaveLength(2)
  expect(published[1]).toEqual(published[0])
  expect(await keyIdAt(another)).toBe(before[0])
  await until(async () => (await Promise.all(both.map(keyIdAt))).every((kid) => kid !== before[0]), 'the new key signs')
  const signedMs = Date.now()
  await until(() => Date.now() - signedMs > 1_500, 'calls were made under the new key')
  isOver = true
  await Promise.all(calling)
  expect([...outcomes.keys()]).toEqual(['served'])
  expect(outcomes.get('served')).toBeGreaterThan(20)
  await another.close()
  await gateway.close()
  await issuer.stop()
}, 60_000)

it('a rotation that is killed half-way leaves one key of each kind in use, and what both made before', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'causeway-keys-'))
  const store = openStore(dataDir, {})
  const sessions = createSessionSealer(store)
  const facts = { route: '/mcp', agent: 'bot', revision: '2025-11-25', capabilities: {}, clientName: 'story' }
  // The first key is made when a gateway starts, and not by a rotation that may come to nothing.
  createCallTokenSigner(store, { issuer: 'http://127.0.0.1:1' })
  const ids = [sessions.seal(facts)]
  for (const killAfterMs of [1, 7, 40]) {
    await rotate(dataDir, 300, killAfterMs)
    expect(store.signingKeys.list().filter(({ retiredMs }) => retiredMs === null)).toHaveLength(1)
    expect(store.sealingKeys.list().filter(({ retiredMs }) => retiredMs === null)).toHaveLength(1)
    const signer = createCallTokenSigner(store, { issuer: 'http://127.0.0.1:1' })
    const { kid } = decodeProtectedHeader(await signer.tokenFor({ agent: 'bot', roles: [], scopes: [] }, 'up'))
    expect(signer.jwks().keys.map((key) => key.kid)).toContain(kid)
    ids.push(sessions.seal(facts))
  }
  for (const id of ids) expect(createSessionSealer(store).open(id)).toMatchObject({ agent: 'bot' })
  store.close()
  rmSync(dataDir, { recursive: true, force: true })
}, 60_000)
