/** What went wrong is counted, wherever in a run it went wrong. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { childEnv } from '../child-env.mjs'
import { COUNT_FILE } from '../count-reporter.mjs'
import { tool } from '../tool.mjs'

const reporter = fileURLToPath(new URL('../count-reporter.mjs', import.meta.url))

test('counts tests, broken files, broken set-up and errors outside of tests', () => {
  const count = countOf({
    'good.test.js': `test('a', () => {}); test('b', () => expect(1).toBe(1)); test('c', () => expect(1).toBe(2))`,
    'broken.test.js': `throw new Error('before any test')`,
    'set-up.test.js': `beforeAll(() => { throw new Error('set-up') }); test('d', () => {})`,
    'late.test.js': `test('e', () => { setTimeout(() => { throw new Error('late') }, 0) }); test('f', () => new Promise((done) => setTimeout(done, 50)))`,
  })
  expect(count).toEqual({ passed: 4, failed: 4 })
})

/** Runs vitest on files of its own. */
function countOf(tests: Record<string, string>): { passed: number; failed: number } {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-count-'))
  try {
    for (const [name, text] of Object.entries(tests)) writeFileSync(join(folder, name), text)
    const args = [tool('vitest'), 'run', '--globals', '--root', folder, `--reporter=${reporter}`]
    const file = join(folder, 'count.json')
    const env = { ...childEnv(process.execPath), [COUNT_FILE]: file }
    spawnSync(process.execPath, args, { cwd: folder, env, stdio: 'ignore' })
    return JSON.parse(readFileSync(file, 'utf8'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
