/** A key writes once, through repeats, restarts, refusals and lost answers. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type IdempotencyStore, openIdempotencyStore } from './idempotency-store.ts'

const WRITE = { owner: 'a', tool: 't', key: 'k', digest: 'd' }
let dir: string
let store: IdempotencyStore

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'causeway-idempotency-'))
  store = openIdempotencyStore(join(dir, 'store.sqlite'))
})
afterEach(() => {
  store.close()
  rmSync(dir, { recursive: true, force: true })
})

const codeOf = (running: Promise<unknown>) =>
  running.then(
    () => 'done',
    (error: ToolError) => error.shape.code,
  )

it('runs once, and keeps the result over a restart', async () => {
  let runs = 0
  const run = async () => ({ id: ++runs })
  expect(await store.once(WRITE, run)).toEqual({ result: { id: 1 }, replayed: false })
  expect(await store.once(WRITE, run)).toEqual({ result: { id: 1 }, replayed: true })
  store.close()
  store = openIdempotencyStore(join(dir, 'store.sqlite'))
  expect(await store.once(WRITE, run)).toEqual({ result: { id: 1 }, replayed: true })
  expect(runs).toBe(1)
})

it('keeps owners and tools apart, and refuses other arguments', async () => {
  const run = async () => ({})
  await store.once(WRITE, run)
  expect((await store.once({ ...WRITE, owner: 'b' }, run)).replayed).toBe(false)
  expect((await store.once({ ...WRITE, tool: 'u' }, run)).replayed).toBe(false)
  expect(await codeOf(store.once({ ...WRITE, digest: 'other' }, run))).toBe('idempotency_conflict')
})

it('lets a second call wait for the first, and forgets a write that did not happen', async () => {
  let refuse = (_: Error) => {}
  const first = codeOf(
    store.once(
      WRITE,
      () =>
        new Promise((_, reject) => {
          refuse = reject
        }),
    ),
  )
  expect(await codeOf(store.once(WRITE, async () => ({})))).toBe('write_in_progress')
  refuse(new ToolError('rate_limited', 'Later.'))
  expect(await first).toBe('rate_limited')
  expect((await store.once(WRITE, async () => ({}))).replayed).toBe(false)
})

it.each([
  new ToolError('write_outcome_unknown', 'Lost.'),
  Object.assign(new Error('crash'), { shape: { code: 'crash' } }),
])('never runs again what may have happened: %s', async (error) => {
  await codeOf(store.once(WRITE, () => Promise.reject(error)))
  store.close()
  store = openIdempotencyStore(join(dir, 'store.sqlite'))
  expect(await codeOf(store.once(WRITE, async () => ({})))).toBe('write_outcome_unknown')
})

it('knows whether it works', () => {
  expect(store.isHealthy()).toBe(true)
  const other = openIdempotencyStore(join(dir, 'other.sqlite'))
  other.close()
  expect(other.isHealthy()).toBe(false)
})
