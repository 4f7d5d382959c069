/** A child ends with what started it: by signal, by the end of npm, and with its own exit code. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runChild } from '../run-child.mjs'

const module = new URL('../run-child.mjs', import.meta.url).href
let folder: string
let wrapper: string
let child: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'causeway-child-'))
  child = join(folder, 'child.mjs')
  writeFileSync(
    child,
    `for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(name, () => {
       console.log(name)
       if (name !== 'SIGHUP') process.exit(7)
     })
     setInterval(() => {}, 1000)
     console.log(process.pid)`,
  )
  wrapper = join(folder, 'wrapper.mjs')
  writeFileSync(
    wrapper,
    `import { runChild } from ${JSON.stringify(module)}
     process.exitCode = (await runChild(process.execPath, [${JSON.stringify(child)}], { stdio: 'inherit' })).code`,
  )
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('resolves with the exit code and what came through pipes', async () => {
  const script = 'console.log("out"); console.error("err"); process.exit(3)'
  const { code, output } = await runChild(process.execPath, ['-e', script], { stdio: 'pipe' })
  expect(code).toBe(3)
  expect(output.toString()).toMatch(/out/)
  expect(output.toString()).toMatch(/err/)
})

test('gives 128 + n for a child that died of signal n', async () => {
  const { code } = await runChild(process.execPath, ['-e', 'process.kill(process.pid, "SIGKILL")'])
  expect(code).toBe(137)
})

test('rejects when there is no such program', async () => {
  await expect(runChild(fileURLToPath(new URL('no-such-program', import.meta.url)), [])).rejects.toThrow('ENOENT')
})

test.each(['SIGTERM', 'SIGINT'] as const)('%s reaches the child, whose exit code becomes ours', async (signal) => {
  const { process: running, lines } = await start([wrapper])
  running.kill(signal)
  expect((await lines.next()).value).toBe(signal)
  expect((await once(running, 'exit'))[0]).toBe(7)
})

test('SIGHUP reaches the child, which goes on', async () => {
  const { process: running, lines } = await start([wrapper])
  running.kill('SIGHUP')
  expect((await lines.next()).value).toBe('SIGHUP')
  running.kill('SIGTERM')
  expect((await lines.next()).value).toBe('SIGTERM')
})

test('under npm, the child ends when the process between is gone', async () => {
  const between = `require('node:child_process').spawn(process.execPath, [${JSON.stringify(wrapper)}], { stdio: 'inherit' })`
  const { process: running, lines } = await start(['-e', between], { npm_lifecycle_event: 'start' })
  running.kill('SIGKILL')
  expect((await lines.next()).value).toBe('SIGTERM')
})

/** Starts Node.js and waits for the first line, which is the child's process id. */
async function start(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ process: ChildProcess; lines: AsyncIterator<string> }> {
  const running = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
  const lines = createInterface(running.stdout)[Symbol.asyncIterator]()
  expect(Number((await lines.next()).value)).toBeGreaterThan(0)
  return { process: running, lines }
}
