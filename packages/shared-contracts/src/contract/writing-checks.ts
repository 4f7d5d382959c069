/** The part of the contract about writing: a repeated create happens once, and nothing is destroyed unconfirmed. */
import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import type { CellCheck } from './cell.ts'
import type { Result } from './domain-contract.ts'
import { expectPromised, expectSame, snapshotOf } from './reading-checks.ts'

const createsOnce: CellCheck = {
  title: 'does a repeated create once, and refuses its key for another',
  async run({ creates = [] }, cell) {
    for (const sample of creates) {
      const key = { idempotency_key: randomUUID() }
      const first = await cell.call(sample, key)
      expect(first.isError, `${sample.tool}: ${first.text}`).toBe(false)
      const second = await cell.call(sample, key)
      expect(second.data, sample.tool).toEqual({ ...first.data, replayed: true })
      const { data } = await cell.call(sample, { ...sample.other, ...key })
      expect(data.error?.code, `${sample.tool} with another argument`).toBe('idempotency_conflict')
    }
  },
}

const writesAsPromised: CellCheck = {
  title: 'answers every writing tool as its schema promises',
  async run({ writes = [] }, cell) {
    await expectPromised(writes, cell)
  },
}

const destroysConfirmed: CellCheck = {
  title: 'destroys nothing before it is confirmed, and once',
  async run(contract, cell) {
    for (const { tool, args: given, confirmed = {} } of contract.destroys ?? []) {
      const sample = { tool, args: typeof given === 'function' ? given(cell.latest) : given }
      const before = await snapshotOf(contract, cell)
      const asked = await cell.call(sample)
      const token = confirmationTokenOf(asked.data)
      expect(token, `${tool} asks for confirmation: ${asked.text}`).toBeTypeOf('string')
      expectSame(await snapshotOf(contract, cell), before, `when ${tool} has asked`)
      const step = { ...confirmed, confirmation_token: token }
      const done = await cell.call(sample, step)
      expect(done.isError, `${tool}: ${done.text}`).toBe(false)
      expect((await cell.call(sample, step)).isError, `${tool} with a spent token`).toBe(true)
    }
  },
}

/** The token that a first step gave, as an error or beside the rehearsal. */
export function confirmationTokenOf(data: Result): string | undefined {
  return data.error?.confirmation_token ?? data.confirmation_token
}

/** All of this part; what is destroyed can be restored by a write. */
export const WRITING_CHECKS = [createsOnce, destroysConfirmed, writesAsPromised]
