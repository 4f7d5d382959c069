/** Lets one process at a time install: a folder that only one can create, and that outlives its owner by moments at most. */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 200
const TAKEN = process.platform === 'win32' ? ['EPERM', 'EEXIST'] : ['ENOTEMPTY', 'EEXIST']
const MAX_AGE_MS = 30 * 60_000

/** Runs `work` while holding the lock; `onWait` is called once if another process holds it. */
export async function withInstallLock(path, work, onWait = () => {}) {
  let isWaiting = false
  while (!tryLock(path)) {
    if (isStale(path)) {
      discard(path)
      continue
    }
    if (!isWaiting) onWait()
    isWaiting = true
    await sleep(POLL_MS)
  }
  try {
    return await work()
  } finally {
    rmSync(path, { recursive: true, force: true })
  }
}

// A folder that already holds its owner is moved into place, so that nobody ever sees a lock without one.
function tryLock(path) {
  const draft = `${path}.${process.pid}`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft)
  writeFileSync(join(draft, 'pid'), String(process.pid))
  try {
    renameSync(draft, path)
    return true
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    if (TAKEN.includes(error.code)) return false
    throw error
  }
}

function isStale(path) {
  try {
    if (Date.now() - statSync(path).mtimeMs > MAX_AGE_MS) return true
    process.kill(Number(readFileSync(join(path, 'pid'), 'utf8')), 0)
    return false
  } catch (error) {
    return error.code === 'ESRCH'
  }
}

function discard(path) {
  const grave = `${path}.${process.pid}`
  try {
    renameSync(path, grave)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
  rmSync(grave, { recursive: true, force: true })
}
