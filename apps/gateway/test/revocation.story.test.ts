/** What is revoked ends: tokens by id, subject, agent and time, and whole agents, here at once and in another process soon, on open streams too. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { restoreAgent, revokeAgent, revokeTokens } from '../src/identity/revocation.ts'
import { openStore, type Store } from '../src/store/open-store.ts'
import { post, postModern } from './support/clients.ts'
import { openLegacyStream, openModernStream, type RawStream } from './support/open-stream.ts'
import { until } from './support/start-gateway.ts'
import { type Scripted, startScripted } from './support/start-scripted.ts'
import { startTestIssuer, type TestIssuer } from './support/test-issuer.ts'

const PING = '{"jsonrpc":"2.0","id":7,"method":"ping"}'
/** What the admin is promised. */
const ELSEWHERE_MS = 5_000

let issuer: TestIssuer
let other: TestIssuer
let scripted: Scripted
let store: Store
let count = 0

beforeAll(async () => {
  issuer = await startTestIssuer()
  other = await startTestIssuer()
  scripted = await startScripted(
    {},
    {
      auth: { issuers: [{ issuer: issuer.url }, { issuer: other.url }] },
      agents: { ops: { roles: ['operator'] }, 'bot-*': { roles: ['operator'] } },
    },
  )
  store = scripted.gateway.listening.store
})
afterAll(async () => {
  await scripted.close()
  await Promise.all([issuer.stop(), other.stop()])
})

let agent: string
beforeEach(() => {
  // Revocations are for good, so each story has an agent of its own.
  agent = `bot-${++count}`
})

const nowS = () => Math.floor(Date.now() / 1_000)
const tokenOf = (claims: Record<string, unknown> = {}, by = issuer) =>
  by.token({ claims: { aud: scripted.url, client_id: agent, sub: agent, ...claims } })
const statusOf = async (token: string | undefined) => (await post(scripted.url, token, PING)).status
const statusesOf = (...tokens: string[]) => Promise.all(tokens.map(statusOf))
const inAnotherProcess = (work: (store: Store) => void) => {
  const another = openStore(store.dataDir, {})
  try {
    work(another)
  } finally {
    another.close()
  }
}

describe('tokens that are revoked', () => {
  it('by jti: that one, and no other of the same caller', async () => {
    const [revoked, kept] = [tokenOf({ jti: `${agent}-1` }), tokenOf({ jti: `${agent}-2` })]
    expect(await statusesOf(revoked, kept)).toEqual([200, 200])
    revokeTokens(store, { tokenId: `${agent}-1` })
    expect(await statusesOf(revoked, kept)).toEqual([401, 200])
  })

  it('by jti of one issuer: not the equal one of another', async () => {
    const [one, two] = [tokenOf({ jti: 'equal' }), tokenOf({ jti: 'equal' }, other)]
    revokeTokens(store, { tokenId: 'equal', issuer: issuer.url })
    expect(await statusesOf(one, two)).toEqual([401, 200])
  })

  it('before it was ever shown here', async () => {
    const token = tokenOf({ jti: `${agent}-unseen` })
    revokeTokens(store, { tokenId: `${agent}-unseen` })
    expect(await statusOf(token)).toBe(401)
  })

  it('by subject: of that user, with whatever agent', async () => {
    const [ada, bob] = [tokenOf({ sub: `ada-${agent}` }), tokenOf({ sub: `bob-${agent}` })]
    const elsewhere = tokenOf({ sub: `ada-${agent}`, client_id: 'bot-elsewhere' })
    expect(await statusesOf(ada, bob, elsewhere)).toEqual([200, 200, 200])
    revokeTokens(store, { subject: `ada-${agent}` })
    expect(await statusesOf(ada, bob, elsewhere)).toEqual([401, 200, 401])
  })

  it('by agent and time of issue: older ones alone', async () => {
    const [old, fresh] = [tokenOf({ iat: nowS() - 100 }), tokenOf({ iat: nowS() })]
    expect(await statusesOf(old, fresh)).toEqual([200, 200])
    revokeTokens(store, { agent, issuedBeforeMs: Date.now() - 50_000 })
    expect(await statusesOf(old, fresh)).toEqual([401, 200])
  })

  it('by agent alone: all so far, those of clocks that are ahead included, but not what comes later', async () => {
    const ahead = tokenOf({ iat: nowS() + 20 })
    const nowMs = Date.now() - 60_000
    revokeTokens(store, { agent }, nowMs)
    expect(await statusesOf(tokenOf({ iat: nowS() - 40 }), ahead)).toEqual([401, 200])
    revokeTokens(store, { agent })
    expect(await statusOf(ahead)).toBe(401)
  })

  it('by issuer and time of issue: nothing of another issuer', async () => {
    const old = { iat: nowS() - 1_000 }
    const [one, two] = [tokenOf(old), tokenOf(old, other)]
    revokeTokens(store, { issuer: issuer.url, issuedBeforeMs: Date.now() - 900_000 })
    expect(await statusesOf(one, two, tokenOf())).toEqual([401, 200, 200])
  })

  it('do not come back near the end of a longer life than tokens may have', async () => {
    expect(await statusOf(tokenOf({ iat: nowS() - 30 * 86_400, exp: nowS() + 60 }))).toBe(401)
  })

  it('need something that says which', () => {
    expect(() => revokeTokens(store, {})).toThrow('Cannot revoke tokens: nothing says which')
  })
})

const openStreams = (credential: string) =>
  Promise.all([
    openLegacyStream(scripted.url, credential),
    openModernStream(scripted.url, credential, { toolsListChanged: true }),
  ])
const endOf = (streams: readonly RawStream[]) => Promise.all(streams.map((stream) => stream.ended))

describe('a revocation by another process', () => {
  it('ends the streams of a token, and those of no other', async () => {
    const [revoked, kept] = [tokenOf({ jti: `${agent}-s` }), tokenOf({ jti: `${agent}-t` })]
    const ended = await openStreams(revoked)
    const going = await openStreams(kept)
    let isOver = false
    void Promise.race(going.map((stream) => stream.ended)).then(() => {
      isOver = true
    })
    const beganMs = Date.now()
    inAnotherProcess((another) => revokeTokens(another, { tokenId: `${agent}-s` }))
    await endOf(ended)
    expect(Date.now() - beganMs).toBeLessThan(ELSEWHERE_MS)
    expect([await statusOf(revoked), await statusOf(kept), isOver]).toEqual([401, 200, false])
    revokeTokens(store, { tokenId: `${agent}-t` })
    await endOf(going)
  })

  it('of an agent ends its keys, tokens and streams, until it is restored', async () => {
    const [token, key, stranger] = [tokenOf(), scripted.gateway.key(agent), scripted.key]
    const ended = [...(await openStreams(token)), ...(await openStreams(key))]
    const beganMs = Date.now()
    inAnotherProcess((another) => revokeAgent(another, agent))
    await endOf(ended)
    expect(Date.now() - beganMs).toBeLessThan(ELSEWHERE_MS)
    expect(await statusesOf(token, tokenOf(), key, stranger)).toEqual([401, 401, 401, 200])
    expect(() => scripted.gateway.key(agent)).toThrow('the agent is revoked')
    inAnotherProcess((another) => restoreAgent(another, agent))
    await until(async () => (await statusOf(token)) === 200, 'the agent is back')
    expect(await statusesOf(key, scripted.gateway.key(agent))).toEqual([401, 200])
  })
})

it('a revoked agent is nobody as the anonymous one either', async () => {
  const open = await startScripted({}, { auth: { anonymous: 'ops' } })
  expect((await postModern(open.url, undefined, 'tools/list')).status).toBe(200)
  revokeAgent(open.gateway.listening.store, 'ops')
  expect((await postModern(open.url, undefined, 'tools/list')).status).toBe(401)
  await open.close()
})

it('a restart forgets no revocation', async () => {
  const token = tokenOf({ jti: `${agent}-r` })
  revokeTokens(store, { tokenId: `${agent}-r` })
  revokeAgent(store, 'bot-gone')
  await scripted.gateway.restart()
  store = scripted.gateway.listening.store
  expect(await statusesOf(token, tokenOf({ client_id: 'bot-gone' }), tokenOf())).toEqual([401, 401, 200])
})
