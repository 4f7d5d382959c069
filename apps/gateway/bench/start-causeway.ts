/** Causeway as people run it: the real command with a configuration file, an agent with an API key, and a policy with scopes. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Running, spawnPinned } from './spawn-pinned.ts'

/** A running gateway. */
export interface Causeway extends Running {
  origin: string
  /** From the start of the process to the first answer of `/livez`. */
  startMs: number
  /** API keys by agent. */
  keys: Record<string, string>
}

/** What it is started with. */
export interface CausewayOptions {
  /** Paths of the upstream by id. */
  upstreams: Record<string, string>
  upstreamPort: number
  /** Tools that every upstream must have listed before the measurement. */
  toolsEach: number
  /** Where a CPU profile goes. */
  profileDir?: string | undefined
  /** Another checkout of this repository, whose gateway is started in place of this one's. */
  checkout?: string | undefined
}

const THIS_CHECKOUT = join(import.meta.dirname, '../../..')
const UNLIMITED = { perMinute: 0, concurrency: 0 }
const PUBLISH_MS = 20_000

/** Starts it and waits until all upstreams have published; agent `all` may use everything, agent `few` the first hundred tools of `u0`. */
export async function startCauseway(options: CausewayOptions): Promise<Causeway> {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-bench-'))
  const configPath = join(dir, 'causeway.yaml')
  writeFileSync(configPath, JSON.stringify(configuration(options)))
  const main = join(resolve(options.checkout ?? THIS_CHECKOUT), 'apps/gateway/src/main.ts')
  const keys = Object.fromEntries(['all', 'few'].map((agent) => [agent, createKey(main, configPath, agent)]))
  const profile = options.profileDir ? ['--cpu-prof', `--cpu-prof-dir=${options.profileDir}`] : []
  const flags = ['--disable-warning=ExperimentalWarning', ...profile]
  const startedMs = performance.now()
  const running = spawnPinned(
    'proxy',
    [process.execPath, ...flags, main, '--config', configPath, 'up'],
    ['ignore', 'pipe', openSync(join(dir, 'log'), 'w')],
  )
  const origin = await originOf(running, dir)
  const startMs = (await firstAnswer(origin)) - startedMs
  await published(origin, options)
  return {
    ...running,
    origin,
    startMs,
    keys,
    async stop() {
      await running.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

// The file is YAML, of which JSON is a part.
function configuration({ upstreams, upstreamPort }: CausewayOptions): object {
  const tools = { echo: { scopes: ['bench:use'] }, echo_events: { scopes: ['bench:use'] } }
  return {
    version: 1,
    listen: { host: '127.0.0.1', port: 0 },
    admin: false,
    dataDir: 'data',
    agents: { all: { roles: ['caller'] }, few: { roles: ['visitor'] } },
    rules: [
      { id: 'callers', effect: 'allow', roles: ['caller'], tools: ['scope:bench:use', 'u*__tool_*'] },
      { id: 'visitors', effect: 'allow', roles: ['visitor'], tools: ['u0__tool_00*'] },
      { id: 'nobody-drops', effect: 'deny', roles: ['*'], tools: ['*__drop_*'] },
    ],
    limits: { agent: UNLIMITED, user: { perMinute: 0 }, write: { perMinute: 0 } },
    upstreams: Object.fromEntries(
      Object.entries(upstreams).map(([id, path]) => [
        id,
        { url: `http://127.0.0.1:${upstreamPort}${path}`, concurrency: 512, ...(path === '/mcp' ? { tools } : {}) },
      ]),
    ),
  }
}

function createKey(main: string, configPath: string, agent: string): string {
  const args = [
    '--disable-warning=ExperimentalWarning',
    main,
    '--config',
    configPath,
    '--json',
    'agents',
    'create',
    agent,
  ]
  const { data } = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as { data: { key: string } }
  return data.key
}

function originOf({ child }: Running, dir: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
      const origin = /^Causeway is up: (\S+)\/mcp$/m.exec(text)?.[1]
      if (origin) resolve(origin)
    })
    child.once('exit', (code) => reject(new Error(`Cannot start Causeway: it ended with code ${code}, see ${dir}/log`)))
  })
}

async function firstAnswer(origin: string): Promise<number> {
  const { status } = await fetch(`${origin}/livez`)
  if (status !== 200) throw new Error(`Cannot start Causeway: /livez answers ${status}`)
  return performance.now()
}

async function published(origin: string, { upstreams, toolsEach }: CausewayOptions): Promise<void> {
  const deadlineMs = performance.now() + PUBLISH_MS
  while (performance.now() < deadlineMs) {
    const ready = (await (await fetch(`${origin}/readyz`)).json()) as { upstreams: Record<string, { tools: number }> }
    if (Object.keys(upstreams).every((id) => (ready.upstreams[id]?.tools ?? 0) >= toolsEach)) return
    await sleep(50)
  }
  throw new Error(`Cannot start Causeway: its upstreams did not publish in ${PUBLISH_MS / 1_000} s`)
}
