/** The gateway with the three domain servers as people run it: the real command on a fixed port, killed and started again at will. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { freePort } from '../test/support/free-port.ts'
import { NO_LIMITS } from '../test/support/start-gateway.ts'
import { type Program, startProgram } from './start-program.ts'
import { until } from './until.ts'

/** A gateway that runs, or is dead for a moment. */
export interface GatewayProcess {
  port: number
  /** The key of an agent that may use everything but, at first, {@link LATER_TOOL}. */
  key: string
  /** Changes a rule, so that the agent may use the tool or not, by saving the configuration. */
  show(isLaterToolVisible: boolean): void
  /** Resolves when it answers. */
  start(): Promise<void>
  /** Resolves when all of its upstreams can be called. */
  ready(): Promise<void>
  /** `kill -9` of the gateway alone. */
  kill(): Promise<void>
  /** Ends it and whatever is left of its children. */
  end(): Promise<void>
}

/** The tool that the agent gets while a client is connected. */
export const LATER_TOOL = 'integrations__slack_find_channel'

const ROOT = join(import.meta.dirname, '../../..')
const MAIN = join(ROOT, 'apps/gateway/src/main.ts')
const UPSTREAMS = ['projects', 'db', 'integrations']
const FLAGS = ['--disable-warning=ExperimentalWarning', MAIN]
const READY_MS = 30_000

/** Writes its configuration into the folder, makes a key and starts it. */
export async function startGatewayProcess(folder: string): Promise<GatewayProcess> {
  mkdirSync(folder, { recursive: true })
  const port = await freePort()
  const file = join(folder, 'causeway.yaml')
  const env = { PATH: process.env.PATH, HOME: folder }
  const write = (isLaterToolVisible: boolean) => writeFileSync(file, stringify(configuration(port, isLaterToolVisible)))
  let program: Program | undefined
  const wait = (condition: () => Promise<boolean>, what: string) =>
    until(condition, { what: () => `the gateway ${what}: ${program?.output()}`, withinMs: READY_MS })
  const start = () => {
    program = startProgram(process.execPath, [...FLAGS, '--config', file, 'up'], { cwd: folder, env })
    return wait(() => isUp(port), 'answers')
  }
  const ready = () => wait(() => isReady(port), 'is ready')
  write(false)
  const created = execFileSync(process.execPath, [...FLAGS, '--config', file, '--json', 'agents', 'create', 'tester'], {
    env,
    encoding: 'utf8',
  })
  await start()
  await ready()
  const { key } = (JSON.parse(created) as { data: { key: string } }).data
  const kill = async () => {
    program?.child.kill('SIGKILL')
    await program?.exited
  }
  return { port, key, show: write, start, ready, kill, end: async () => program?.kill() }
}

function configuration(port: number, isLaterToolVisible: boolean): object {
  const everything = {
    id: 'everything',
    effect: 'allow',
    roles: ['all'],
    tools: ['*'],
    prompts: ['*'],
    resources: ['*'],
  }
  const notYet = { id: 'not-yet', effect: 'deny', roles: ['all'], tools: [LATER_TOOL] }
  return {
    version: 1,
    listen: { host: '127.0.0.1', port },
    admin: false,
    dataDir: 'data',
    upstreams: Object.fromEntries(UPSTREAMS.map((id) => [id, { run: join(ROOT, `packages/server-${id}`) }])),
    agents: { tester: { roles: ['all'] } },
    rules: isLaterToolVisible ? [everything] : [everything, notYet],
    limits: NO_LIMITS,
  }
}

async function isUp(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/livez`).catch(() => undefined)
  return response?.ok === true
}

async function isReady(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined)
  if (!response?.ok) return false
  const { upstreams } = (await response.json()) as { upstreams: Record<string, { state: string; tools: number }> }
  return UPSTREAMS.every((id) => upstreams[id]?.state === 'ready' && upstreams[id].tools > 0)
}
