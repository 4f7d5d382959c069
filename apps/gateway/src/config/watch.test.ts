/** The watch notices every way in which files change, and only changes. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type ConfigWatch, watchConfig } from './watch.ts'

let folder: string
let path: string
let watch: ConfigWatch
const onChange = vi.fn()

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'causeway-watch-'))
  path = join(folder, 'causeway.yaml')
  writeFileSync(path, 'version: 1\n')
  onChange.mockClear()
})
afterEach(() => {
  watch.close()
  rmSync(folder, { recursive: true, force: true })
})

async function seen(times: number): Promise<void> {
  await vi.waitFor(() => expect(onChange).toHaveBeenCalledTimes(times), { timeout: 5_000 })
}

describe('watchConfig', () => {
  it('notices a file that is written in place, and again', async () => {
    watch = watchConfig(path, onChange)
    writeFileSync(path, 'version: 1\n# one\n')
    await seen(1)
    writeFileSync(path, 'version: 1\n# two\n')
    await seen(2)
  })

  it('notices a file that is replaced by renaming, and again', async () => {
    watch = watchConfig(path, onChange)
    for (const times of [1, 2]) {
      writeFileSync(`${path}~`, `version: 1\n# ${times}\n`)
      renameSync(`${path}~`, path)
      await seen(times)
    }
  })

  it('notices a link that is switched to another folder', async () => {
    mkdirSync(join(folder, 'a'))
    mkdirSync(join(folder, 'b'))
    writeFileSync(join(folder, 'a/causeway.yaml'), 'version: 1\n')
    writeFileSync(join(folder, 'b/causeway.yaml'), 'version: 1\n# b\n')
    unlinkSync(path)
    symlinkSync('a', join(folder, 'current'))
    symlinkSync('current/causeway.yaml', path)
    watch = watchConfig(path, onChange)
    symlinkSync('b', join(folder, 'next'))
    renameSync(join(folder, 'next'), join(folder, 'current'))
    await seen(1)
  })

  it('notices conf.d: new, changed and emptied', async () => {
    watch = watchConfig(path, onChange)
    mkdirSync(join(folder, 'conf.d'))
    writeFileSync(join(folder, 'conf.d/a.yaml'), 'rules: []\n')
    await seen(1)
    writeFileSync(join(folder, 'conf.d/a.yaml'), 'tests: []\n')
    await seen(2)
    unlinkSync(join(folder, 'conf.d/a.yaml'))
    await seen(3)
  })

  it('notices a file that is gone, and that is back', async () => {
    watch = watchConfig(path, onChange)
    unlinkSync(path)
    await seen(1)
    writeFileSync(path, 'version: 1\n')
    await seen(2)
  })

  it('takes many writes for one, and neither touches nor strangers for any', async () => {
    watch = watchConfig(path, onChange)
    for (let i = 0; i < 20; i++) writeFileSync(path, `version: 1\n# ${i}\n`)
    await seen(1)
    utimesSync(path, 0, 0)
    writeFileSync(join(folder, 'notes.txt'), 'nothing to see')
    await sleep(400)
    expect(onChange).toHaveBeenCalledTimes(1)
  })

  it('is quiet once closed', async () => {
    watch = watchConfig(path, onChange)
    writeFileSync(path, 'version: 1\n# late\n')
    watch.close()
    await sleep(300)
    expect(onChange).not.toHaveBeenCalled()
  })
})
