/** A thread that cannot start, as when the machine has no memory for one, leaves results unchecked; the next result has another try, and no call waits for ever. */
import { afterEach, expect, it, vi } from 'vitest'
import { ResultChecker } from '../src/result-schema/result-checker.ts'

let failures = 0
vi.mock('node:worker_threads', async (original) => {
  const actual = await original<typeof import('node:worker_threads')>()
  class Worker extends actual.Worker {
    constructor(file: string, options: object) {
      super(failures-- > 0 ? `${file}.missing` : file, options)
    }
  }
  return { ...actual, Worker }
})

let checker: ResultChecker
afterEach(() => checker.close())

it('leaves a result unchecked, and checks the next one', { timeout: 10_000 }, async () => {
  checker = new ResultChecker()
  failures = 2
  const schema = { key: 'a', text: '{"type":"object"}' }
  for (const _ of [1, 2])
    expect(await checker.check(schema, '[]')).toEqual({ kind: 'unchecked', reason: 'no check can be run' })
  expect(await checker.check(schema, '[]')).toMatchObject({ kind: 'breaks' })
})
