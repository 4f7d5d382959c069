/** The commands of the README, run as they stand there against a gateway with the shipped configuration. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort } from './support/free-port.ts'
import { until } from './support/start-gateway.ts'

const ROOT = join(import.meta.dirname, '../../..')
/** Commands that other tests run, or that need a program that is not ours. */
const ELSEWHERE = /^(npm start|npm test|npm run demo|claude )/
const home = mkdtempSync(join(tmpdir(), 'causeway-readme-'))
let url = ''
let env: Record<string, string> = {}
let stop = async () => {}

beforeAll(async () => {
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  env = {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    CAUSEWAY_PORT: String(port),
    CAUSEWAY_ADMIN_PORT: '0',
    CAUSEWAY_HOME: home,
  }
  const gateway = spawn(process.execPath, [join(ROOT, 'apps/gateway/src/main.ts'), 'up'], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let greeting = ''
  gateway.stdout.on('data', (chunk) => {
    greeting += chunk
  })
  stop = async () => {
    gateway.kill('SIGTERM')
    await once(gateway, 'exit')
  }
  await until(async () => {
    const ready = (await fetch(`${url}/readyz`)
      .then((response) => response.json())
      .catch(() => ({}))) as { upstreams?: Record<string, { state: string }> }
    return Object.values(ready.upstreams ?? {}).filter(({ state }) => state === 'ready').length === 3
  }, 'the three domain servers are ready')
  env.CAUSEWAY_KEY = /cwy_live_\w+/.exec(greeting)?.[0] ?? ''
})
afterAll(async () => {
  await stop()
  rmSync(home, { recursive: true, force: true })
})

const blocks = [...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)].map(
  (match) => match[1] ?? '',
)
const commands = blocks.flatMap(
  (block) =>
    block.replaceAll('\\\n', ' ').match(/^(npm|curl|claude)[\s\S]*?(?=\n(?:npm|curl|claude) |\s*$(?![\s\S]))/gm) ?? [],
)

it('finds the commands', () => {
  expect(commands.filter((command) => !ELSEWHERE.test(command)).length).toBeGreaterThanOrEqual(8)
})

it.each(commands.filter((command) => !ELSEWHERE.test(command)))('%s', async (command) => {
  const { stdout } = await promisify(execFile)('bash', ['-euc', command.replaceAll('http://127.0.0.1:8931', url)], {
    cwd: ROOT,
    env,
  })
  expect(stdout.trim()).not.toBe('')
  expect(stdout).not.toMatch(/"id":1,"error"|"ok":false/)
})
