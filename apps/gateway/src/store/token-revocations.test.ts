/** How long revocations of access tokens are kept. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openStore } from './open-store.ts'

it('one of tokens that are issued until later is kept until then', () => {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-revocations-'))
  const store = openStore(dir, {})
  const row = { issuer: null, agent: null, subject: 'ada', tokenId: null, createdMs: 1_000 }
  for (const [id, issuedBeforeMs] of [
    ['past', 900],
    ['any', null],
    ['later', 9_000],
  ] as const)
    store.tokenRevocations.insert({ ...row, id, issuedBeforeMs })
  store.tokenRevocations.sweep(5_000)
  expect(store.tokenRevocations.list().map(({ id }) => id)).toEqual(['later'])
  store.close()
  rmSync(dir, { recursive: true })
})
