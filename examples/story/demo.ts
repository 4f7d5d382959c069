/** `npm run demo`: starts the shipped gateway on data of its own, tells the story with both official clients, and leaves nothing behind. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectLegacy, connectModern } from './clients.ts'
import { tellStory, tellSupportStory } from './tell-story.ts'

const ROOT = join(import.meta.dirname, '../..')
const MAIN = join(ROOT, 'apps/gateway/src/main.ts')
const UPSTREAMS = ['projects', 'db', 'integrations']
const say = (line: string) => void process.stdout.write(`${line}\n`)

const home = mkdtempSync(join(tmpdir(), 'causeway-demo-'))
const port = await freePort()
const url = `http://127.0.0.1:${port}`
const env = {
  ...process.env,
  CAUSEWAY_PORT: String(port),
  CAUSEWAY_ADMIN_PORT: '0',
  CAUSEWAY_HOME: home,
  NODE_NO_WARNINGS: '1',
}
const gateway = spawn(process.execPath, [MAIN, 'up'], { cwd: ROOT, env, stdio: ['ignore', 'ignore', 'ignore'] })
// Also when the demo itself ends early, say because its output was piped into head.
process.once('exit', () => gateway.kill('SIGTERM'))
try {
  say('Starting the gateway and its three domain servers …')
  await allReady(gateway)
  const operator = keyOf('ops-orchestrator')
  for (const connect of [connectModern, connectLegacy]) {
    const client = await connect(`${url}/mcp`, operator)
    say(`\nops-orchestrator connects to ${url}/mcp with ${client.name}.`)
    const end = await tellStory(client, say)
    say(`Done: ${end.taskKey} is ${end.assignee}'s.`)
    await client.close()
  }
  const support = await connectModern(`${url}/mcp`, keyOf('support-bot'))
  say('')
  await tellSupportStory(support, say)
  await support.close()
  say('\nThat was the whole story. `npm start` runs the gateway for yourself.')
} finally {
  gateway.kill('SIGTERM')
  if (gateway.exitCode === null) await once(gateway, 'exit')
  rmSync(home, { recursive: true, force: true })
}

function keyOf(agent: string): string {
  const output = execFileSync(process.execPath, [MAIN, 'agents', 'create', agent, '--json'], {
    cwd: ROOT,
    env,
    encoding: 'utf8',
  })
  return (JSON.parse(output) as { data: { key: string } }).data.key
}

async function allReady(child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null)
      throw new Error(`The gateway ended with code ${child.exitCode}; run npm start to see why`)
    const ready = (await fetch(`${url}/readyz`)
      .then((response) => response.json())
      .catch(() => ({}))) as { upstreams?: Record<string, { state: string }> }
    if (UPSTREAMS.every((id) => ready.upstreams?.[id]?.state === 'ready')) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('The domain servers did not become ready in 30 s')
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port: free } = probe.address() as { port: number }
  probe.close()
  return free
}
