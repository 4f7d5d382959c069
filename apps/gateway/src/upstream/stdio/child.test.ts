/** A child sees what it needs and none of the gateway's secrets, and its end is the end of all that it started. */
import { pino } from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import { isRunning } from '../../../test/support/is-running.ts'
import { childEnv, startChild } from './child.ts'

const log = pino({ level: 'silent' })
const script = (code: string, env: Record<string, string> = {}) =>
  startChild({ command: process.execPath, args: ['-e', code], env: childEnv(env), log })
const output = (child: ReturnType<typeof script>) =>
  new Promise<string>((resolve) => child.process.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString())))

describe('the environment of a child', () => {
  const secrets = [
    'CAUSEWAY_SECRET',
    'GITHUB_TOKEN',
    'AWS_SECRET_ACCESS_KEY',
    'DATABASE_URL',
    'NODE_OPTIONS',
    'NPM_TOKEN',
  ]
  afterEach(() => {
    for (const name of secrets) delete process.env[name]
  })

  it("has none of the gateway's secrets, and its own on top", async () => {
    for (const name of secrets) process.env[name] = name === 'NODE_OPTIONS' ? '--no-warnings' : 'hunter2'
    const child = script('console.log(JSON.stringify(process.env))', { OWN: 'value', LANG: 'C' })
    const env = JSON.parse(await output(child)) as Record<string, string>
    expect(secrets.filter((name) => name in env)).toEqual([])
    expect(env).toMatchObject({ PATH: process.env.PATH, OWN: 'value', LANG: 'C' })
    await child.stop()
  })
})

describe('the end of a child', () => {
  it.each([
    ['process.exit(3)', 'it ended with code 3'],
    ['process.kill(process.pid, "SIGKILL")', 'it was ended by SIGKILL'],
  ])('%s is told', async (code, reason) => {
    expect(await script(code).ended).toBe(reason)
  })

  it('that never began is told', async () => {
    const child = startChild({ command: 'no-such-program', args: [], env: {}, log })
    expect(await child.ended).toBe('it could not be started (ENOENT)')
    await child.stop()
  })

  it('ends what it started, also when it ended before', async () => {
    const code = `
      const own = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
      console.log(own.pid)
      own.unref()
      process.stdin.once('data', () => process.exit(0))`
    for (const isOver of [true, false]) {
      const child = script(code)
      const pid = Number(await output(child))
      if (isOver) {
        child.process.stdin.write('end\n')
        await child.ended
      }
      expect(isRunning(pid)).toBe(true)
      await child.stop()
      await new Promise((resolve) => setTimeout(resolve, 100))
      expect(isRunning(pid)).toBe(false)
    }
  })

  it('comes by force when asking does not help', async () => {
    const child = script('process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("up")')
    await output(child)
    await child.stop(100)
    expect(await child.ended).toBe('it was ended by SIGKILL')
  })
})

it('logs stderr line by line, within bounds', async () => {
  const lines: string[] = []
  const logging = pino(
    {},
    { write: (line: string) => void lines.push((JSON.parse(line) as { stderr: string }).stderr) },
  )
  const code = 'process.stderr.write("one\\n\\ntwo\\n" + "x".repeat(100_000) + "\\nthree\\n")'
  const child = startChild({ command: process.execPath, args: ['-e', code], env: {}, log: logging })
  await new Promise((resolve) => child.process.stderr.once('close', resolve))
  expect(lines).toEqual(['one', 'two', 'x'.repeat(512), 'three'])
})
