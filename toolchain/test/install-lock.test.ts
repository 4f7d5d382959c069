/** Two installs at once take turns, and a lock whose owner died is not waited for. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withInstallLock } from '../install-lock.mjs'

let folder: string
let lock: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'causeway-lock-'))
  lock = join(folder, '.lock')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('the second waits until the first is done, and says so once', async () => {
  const events: string[] = []
  const first = withInstallLock(lock, async () => {
    events.push('first starts')
    await sleep(500)
    events.push('first ends')
  })
  const second = withInstallLock(
    lock,
    async () => events.push('second'),
    () => events.push('waiting'),
  )
  await Promise.all([first, second])
  expect(events).toEqual(['first starts', 'waiting', 'first ends', 'second'])
  expect(readdirSync(folder)).toEqual([])
})

test('the lock of a process that is gone is taken over at once', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  mkdirSync(lock)
  writeFileSync(join(lock, 'pid'), String(pid))
  let hasWaited = false
  const done = await withInstallLock(
    lock,
    async () => 'done',
    () => {
      hasWaited = true
    },
  )
  expect(done).toBe('done')
  expect(hasWaited).toBe(false)
})

test('a failed install gives the lock back', async () => {
  const fail = () => withInstallLock(lock, async () => Promise.reject(new Error('no network')))
  await expect(fail()).rejects.toThrow('no network')
  await expect(fail()).rejects.toThrow('no network')
})
