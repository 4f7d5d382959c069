/** Call tokens against the verifier that domain servers use. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCallTokenVerifier } from '@causeway/shared-contracts/verify-call-token'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet } from 'jose'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore, type Store } from '../store/open-store.ts'
import { type CallTokenSigner, createCallTokenSigner } from './call-token.ts'

const issuer = 'http://127.0.0.1:8931'
const subject = { agent: 'bot', roles: ['support'], scopes: ['db.read'] }
let dir: string
let store: Store
let nowMs: number

function signer(): CallTokenSigner {
  return createCallTokenSigner(store, { issuer, now: () => nowMs })
}

function verifier(made: CallTokenSigner, audience = 'db') {
  return createCallTokenVerifier({ issuer, audience, keys: createLocalJWKSet(made.jwks() as JSONWebKeySet) })
}

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'causeway-token-'))
  store = openStore(dir, {})
  nowMs = Date.now()
})

afterEach(() => {
  store.close()
  rmSync(dir, { recursive: true, force: true })
})

test('a domain server learns the caller from the token, for its own audience alone', async () => {
  const made = signer()
  const token = await made.tokenFor({ ...subject, user: 'ann' }, 'db')
  const caller = { agent: 'bot', user: 'ann', roles: ['support'], scopes: ['db.read'] }
  await expect(verifier(made).verify(token)).resolves.toEqual(caller)
  await expect(verifier(made, 'projects').verify(token)).rejects.toThrow()
  const plain = await made.tokenFor(subject, 'db')
  await expect(verifier(made).verify(plain)).resolves.toEqual(subject)
  const { exp = 0, iat = 0 } = decodeJwt(plain)
  expect(exp - iat).toBe(60)
})

test('one token per caller and upstream, at once when it is known, renewed 15 s before its end', async () => {
  nowMs = 1_800_000_000_000
  const made = signer()
  const pending = made.tokenFor(subject, 'db')
  expect(pending).toBeInstanceOf(Promise)
  expect(made.tokenFor({ ...subject }, 'db')).toBe(pending)
  const token = await pending
  nowMs += 44_999
  expect(made.tokenFor(subject, 'db')).toBe(token)
  nowMs += 1
  expect(await made.tokenFor(subject, 'db')).not.toBe(token)
  const others = [
    made.tokenFor(subject, 'projects'),
    made.tokenFor({ ...subject, user: 'bot' }, 'db'),
    made.tokenFor({ ...subject, scopes: [] }, 'db'),
    made.tokenFor({ ...subject, roles: [] }, 'db'),
  ]
  expect(new Set(await Promise.all([made.tokenFor(subject, 'db'), ...others])).size).toBe(5)
})

test('rotation: published before it signs, the old key published for an hour after', async () => {
  const made = signer()
  const kidOf = async (audience: string) => decodeProtectedHeader(await made.tokenFor(subject, audience)).kid
  const first = await kidOf('a')
  nowMs += 10_000
  made.rotate()
  expect(made.jwks().keys).toHaveLength(2)
  expect(await kidOf('b')).toBe(first)
  nowMs += 5_000
  const second = await kidOf('c')
  expect(second).not.toBe(first)
  const old = await made.tokenFor(subject, 'a')
  await expect(verifier(made, 'a').verify(old)).resolves.toEqual(subject)
  nowMs += 3_600_000
  expect(made.jwks().keys.map((key) => key.kid)).toEqual([second])
})

test('keys survive a restart, renew themselves by age, and publish no private half', async () => {
  const before = signer().jwks()
  expect(signer().jwks()).toEqual(before)
  nowMs += 30 * 86_400_000
  const renewed = signer()
  expect(renewed.jwks().keys).toHaveLength(2)
  for (const key of renewed.jwks().keys)
    expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x'])
})
