/** Authentication by key: what passes, what is refused, and how soon changes by other processes count. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openStore, type Store } from '../store/open-store.ts'
import { mintApiKey } from './api-key.ts'
import { type Authenticator, createAuthenticator } from './authenticate.ts'
import { toBase62 } from './base62.ts'
import { impersonate, issueKey, rotateKey, TooManyKeys } from './issue-key.ts'

let dir: string
let nowMs: number
const toClose: { close(): void }[] = []

function opened(): Store {
  const store = openStore(dir, {})
  toClose.unshift(store)
  return store
}

function authenticator(store: Store, anonymousAgent?: string): Authenticator {
  const made = createAuthenticator({ store, anonymousAgent, now: () => nowMs })
  toClose.unshift(made)
  return made
}

function reasonOf(auth: Authenticator, ...values: string[]): string {
  const verdict = auth.authenticate(values)
  return verdict.ok ? 'accepted' : verdict.reason
}

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'causeway-identity-'))
  nowMs = Date.now()
})

afterEach(() => {
  for (const each of toClose.splice(0)) each.close()
  rmSync(dir, { recursive: true, force: true })
})

test('a key is its agent, with the roles of the store', () => {
  const store = opened()
  store.agents.insert({ name: 'bot', roles: ['support'], createdMs: nowMs })
  const { key, keyId, expiresAtMs } = issueKey(store, { agent: 'bot', origin: 'cli' }, nowMs)
  const caller = { agent: 'bot', keyId, origin: 'cli', roles: ['support'], expiresAtMs }
  const auth = authenticator(store)
  expect(auth.authenticate([`Bearer ${key}`])).toEqual({ ok: true, caller })
  expect(reasonOf(auth, `bEARER ${key}`)).toBe('accepted')
  expect(expiresAtMs - nowMs).toBe(90 * 86_400_000)
})

test('another spelling of a valid credential is not that credential', () => {
  const store = opened()
  const { key } = issueKey(store, { agent: 'bot', origin: 'cli' }, nowMs)
  const auth = authenticator(store, 'guest')
  const spellings = ['', key, 'Bearer', `Bearer  ${key}`, ` Bearer ${key}`, `Bearer ${key} `, `Bearer\t${key}`]
  for (const value of [
    ...spellings,
    `Bearer ${key}=`,
    `Bearer ${key}, Bearer ${key}`,
    `Basic ${key}`,
    `Bearer "${key}"`,
  ])
    expect([value, reasonOf(auth, value)]).toEqual([value, 'malformed'])
  expect(reasonOf(auth, `Bearer ${key}`, `Bearer ${key}`)).toBe('malformed')
  expect(reasonOf(auth, `Bearer ${'x'.repeat(20_000)}`)).toBe('malformed')
})

test('a changed character anywhere, or another secret under the same id, is refused', () => {
  const store = opened()
  const { key, keyId } = issueKey(store, { agent: 'bot', origin: 'cli' }, nowMs)
  const auth = authenticator(store)
  for (let at = 0; at < key.length; at++) {
    const other = key[at] === 'x' ? 'y' : 'x'
    expect(reasonOf(auth, `Bearer ${key.slice(0, at)}${other}${key.slice(at + 1)}`)).toBe('malformed')
  }
  expect(reasonOf(auth, `Bearer ${mintApiKey().text}`)).toBe('unknown')
  expect(reasonOf(auth, `Bearer ${forgery(keyId)}`)).toBe('unknown')
})

test('anonymous is for those without a credential alone', () => {
  const store = opened()
  expect(reasonOf(authenticator(store))).toBe('missing')
  const auth = authenticator(store, 'guest')
  const caller = { agent: 'guest', keyId: null, origin: null, roles: undefined, expiresAtMs: Number.POSITIVE_INFINITY }
  expect(auth.authenticate([])).toEqual({ ok: true, caller })
  expect(reasonOf(auth, `Bearer ${mintApiKey().text}`)).toBe('unknown')
})

test('a key ends when it expires', () => {
  const store = opened()
  const { key } = issueKey(store, { agent: 'bot', origin: 'cli', lifeMs: 1_000 }, nowMs)
  const auth = authenticator(store)
  nowMs += 999
  expect(reasonOf(auth, `Bearer ${key}`)).toBe('accepted')
  nowMs += 1
  expect(reasonOf(auth, `Bearer ${key}`)).toBe('expired')
})

test('a key that another process made works at once, and one that it revoked ends within a second', async () => {
  const auth = authenticator(opened())
  const other = opened()
  const { key, keyId } = issueKey(other, { agent: 'bot', origin: 'cli' }, nowMs)
  expect(reasonOf(auth, `Bearer ${key}`)).toBe('accepted')
  other.apiKeys.revoke(keyId, nowMs)
  await vi.waitFor(() => expect(reasonOf(auth, `Bearer ${key}`)).toBe('revoked'), { timeout: 1_000, interval: 20 })
})

test('a key that this process revokes ends at once', () => {
  const store = opened()
  const { key, keyId } = issueKey(store, { agent: 'bot', origin: 'cli' }, nowMs)
  const auth = authenticator(store)
  store.apiKeys.revoke(keyId, nowMs)
  expect(reasonOf(auth, `Bearer ${key}`)).toBe('revoked')
})

test('two active keys at most; a rotation overlaps, and what is older ends', () => {
  const store = opened()
  const auth = authenticator(store)
  const issue = () => issueKey(store, { agent: 'bot', origin: 'cli' }, nowMs++)
  const [a, b] = [issue(), issue()]
  expect(issue).toThrow(TooManyKeys)
  impersonate(store, { agent: 'bot', madeBy: 'cli:ann' }, nowMs)
  const c = rotateKey(store, { agent: 'bot', overlapMs: 60_000 }, nowMs)
  expect(c.previous).toEqual({ keyId: b.keyId, expiresAtMs: nowMs + 60_000 })
  expect([a, b, c].map(({ key }) => reasonOf(auth, `Bearer ${key}`))).toEqual(['revoked', 'accepted', 'accepted'])
  const d = rotateKey(store, { agent: 'bot', overlapMs: 0 }, nowMs)
  expect([b, c, d].map(({ key }) => reasonOf(auth, `Bearer ${key}`))).toEqual(['revoked', 'revoked', 'accepted'])
})

test('impersonation lasts a minute, and its leftovers are swept', () => {
  const store = opened()
  const auth = authenticator(store)
  const { key, keyId } = impersonate(store, { agent: 'bot', madeBy: 'cli:ann' }, nowMs)
  expect(auth.authenticate([`Bearer ${key}`])).toMatchObject({ caller: { origin: 'impersonation' } })
  nowMs += 60_000
  expect(reasonOf(auth, `Bearer ${key}`)).toBe('expired')
  impersonate(store, { agent: 'bot', madeBy: 'cli:ann' }, nowMs)
  expect(store.apiKeys.get(keyId)).toBeUndefined()
})

test('the clear key is nowhere in the data directory', () => {
  const store = opened()
  const { key } = issueKey(store, { agent: 'bot', origin: 'cli' }, nowMs)
  reasonOf(authenticator(store), `Bearer ${key}`)
  const secret = key.split('_')[3] as string
  const files = readdirSync(dir)
  expect(files).toContain('causeway.db-wal')
  for (const file of files) expect(readFileSync(join(dir, file)).includes(secret)).toBe(false)
})

test('last use is written back at most once a minute', () => {
  const store = opened()
  const { key, keyId } = issueKey(store, { agent: 'bot', origin: 'cli' }, nowMs)
  const use = () => {
    const auth = createAuthenticator({ store, now: () => nowMs })
    reasonOf(auth, `Bearer ${key}`)
    auth.close()
    return store.apiKeys.get(keyId)?.lastUsedMs
  }
  const first = nowMs
  expect(use()).toBe(first)
  nowMs += 59_000
  expect(use()).toBe(first)
  nowMs += 2_000
  expect(use()).toBe(nowMs)
})

function forgery(keyId: string): string {
  // A well-formed key under a known id: the checksum is public, the secret is not.
  const body = mintApiKey()
    .text.replace(/^cwy_live_.{12}/, `cwy_live_${keyId}`)
    .slice(0, -6)
  return body + toBase62(crc32(body), 6)
}
