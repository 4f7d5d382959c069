/** Causeway as people run it: the real command with a configuration file, an agent with an API key, and a policy with scopes. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { issueKey } from '../src/identity/issue-key.ts'
import { openStore } from '../src/store/open-store.ts'
import { agentName, type ConfigurationOptions, configuration } from './configuration.ts'
import { type Running, spawnPinned } from './spawn-pinned.ts'

/** A running gateway. */
export interface Causeway extends Running {
  origin: string
  /** From the start of the process to the first answer of `/livez`. */
  startMs: number
  /** API keys by agent. */
  keys: Record<string, string>
  configPath: string
  /** Starts another process on the same configuration and store, on a port of its own. */
  another(): Promise<Running & { origin: string }>
}

/** What it is started with. */
export interface CausewayOptions extends ConfigurationOptions {
  /** Tools that every upstream must have listed before the measurement. */
  toolsEach: number
  /** Where a CPU profile goes. */
  profileDir?: string | undefined
  /** Another checkout of this repository, whose gateway is started in place of this one's. */
  checkout?: string | undefined
}

const THIS_CHECKOUT = join(import.meta.dirname, '../../..')
const PUBLISH_MS = 30_000

/** Starts it and waits until all upstreams have published. */
export async function startCauseway(options: CausewayOptions): Promise<Causeway> {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-bench-'))
  const configPath = join(dir, 'causeway.yaml')
  // The file is YAML, of which JSON is a part.
  writeFileSync(configPath, JSON.stringify(configuration(options)))
  const main = join(resolve(options.checkout ?? THIS_CHECKOUT), 'apps/gateway/src/main.ts')
  const keys = Object.fromEntries(['all', 'few', 'flood'].map((agent) => [agent, createKey(main, configPath, agent)]))
  if (options.manyAgents) Object.assign(keys, issueKeys(join(dir, 'data'), options.manyAgents))
  const start = async () => {
    const startedMs = performance.now()
    const running = spawnPinned(
      'proxy',
      [process.execPath, ...flagsOf(options), main, '--config', configPath, 'up'],
      ['ignore', 'pipe', openSync(join(dir, 'log'), 'a')],
    )
    const origin = await originOf(running, dir)
    const startMs = (await firstAnswer(origin)) - startedMs
    await published(origin, options)
    return { ...running, origin, startMs }
  }
  const first = await start()
  return {
    ...first,
    keys,
    configPath,
    another: start,
    async stop() {
      await first.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

// Those of `npm start`.
function flagsOf({ profileDir }: CausewayOptions): string[] {
  const profile = profileDir ? ['--cpu-prof', `--cpu-prof-dir=${profileDir}`] : []
  return ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=16', ...profile]
}

// One command for each of hundreds of agents would take minutes.
function issueKeys(dataDir: string, count: number): Record<string, string> {
  const store = openStore(dataDir)
  const names = Array.from({ length: count }, (_, index) => agentName(index))
  const keys = store.transaction(() =>
    names.map((agent) => [agent, issueKey(store, { agent, origin: 'cli' }).key] as const),
  )
  store.close()
  return Object.fromEntries(keys)
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
