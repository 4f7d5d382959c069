/** An account is read by the caller, at the API and with the key that it was kept for, and by nothing else. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Caller } from '@causeway/shared-contracts/caller'
import { afterEach, expect, it } from 'vitest'
import { openAccountVault } from './account-vault.ts'

const dir = mkdtempSync(join(tmpdir(), 'causeway-vault-'))
const file = join(dir, 'accounts.sqlite')
const ann: Caller = { agent: 'a', user: 'ann', roles: [], scopes: 'all' }
const place = { vendor: 'github', baseUrl: 'https://api.github.com', caller: ann }
const account = { id: '1', kind: 'oauth' as const, token: 'vault-canary-token', refreshToken: 'vault-canary-refresh' }
const secret = new Uint8Array(32).fill(7)

afterEach(() => rmSync(dir, { recursive: true, force: true }))

it('keeps it over a restart, for its place and key alone, and in no readable form', () => {
  const vault = openAccountVault(file, secret)
  vault.put(place, account)
  vault.close()
  const again = openAccountVault(file, secret)
  expect(again.get(place)).toEqual(account)
  expect(again.get({ ...place, caller: { ...ann, user: 'bob' } })).toBeUndefined()
  expect(again.get({ ...place, caller: { agent: 'a', roles: [], scopes: 'all' } })).toBeUndefined()
  expect(again.get({ ...place, vendor: 'slack' })).toBeUndefined()
  expect(again.get({ ...place, baseUrl: 'https://evil.example' })).toBeUndefined()
  for (const name of readdirSync(dir)) expect(readFileSync(join(dir, name), 'latin1')).not.toMatch(/vault-canary|ann/)
  const stolen = openAccountVault(file, new Uint8Array(32).fill(8))
  expect(stolen.get(place)).toBeUndefined()
  stolen.close()
  again.remove(place)
  expect(again.get(place)).toBeUndefined()
  expect(again.isHealthy()).toBe(true)
  again.close()
})
