/** A gateway in a process of its own, as `causeway up` starts it: what a story needs that kills it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { issueKey } from '../../src/identity/issue-key.ts'
import { openStore } from '../../src/store/open-store.ts'
import { freePort } from './free-port.ts'
import { NO_LIMITS, OPERATOR_RULES, type StoryConfig, until } from './start-gateway.ts'

/** A process that listens, and can be killed and started again on the same port and data. */
export interface GatewayProcess {
  url: string
  dataDir: string
  pid(): number
  /** A new key of the agent. */
  key(agent: string): string
  /** Ends it without a warning. */
  kill(): Promise<void>
  /** Asks it to end. @returns its exit code */
  terminate(): Promise<number | null>
  /** Starts it again; resolves at its first answer. @returns how long that took, ms */
  start(): Promise<number>
  /** Waits until the upstreams can be called. */
  ready(): Promise<void>
  close(): Promise<void>
}

type Readiness = { upstreams: Record<string, { state: string }> }

const MAIN = join(import.meta.dirname, '../../src/main.ts')

/**
 * Starts one on a free port in a temporary directory.
 * @param onLog is given what it writes to stderr, in place of the terminal
 */
export async function startGatewayProcess(
  config: StoryConfig,
  onLog?: (text: string) => void,
): Promise<GatewayProcess> {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-process-'))
  const dataDir = join(dir, 'data')
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const configPath = join(dir, 'causeway.yaml')
  const listen = { host: '127.0.0.1', port }
  const settings = { version: 1, listen, admin: false, dataDir, telemetry: { logLevel: 'silent' } }
  writeFileSync(configPath, stringify({ ...settings, rules: OPERATOR_RULES, limits: NO_LIMITS, ...config }))
  let child: ChildProcess
  const answers = async (path: string) => {
    try {
      return await fetch(`${url}${path}`)
    } catch {
      return undefined
    }
  }
  const gateway: GatewayProcess = {
    url,
    dataDir,
    pid: () => child.pid as number,
    key(agent) {
      const store = openStore(dataDir, {})
      try {
        return issueKey(store, { agent, origin: 'cli' }).key
      } finally {
        store.close()
      }
    },
    async kill() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
    async terminate() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      return (await ended)[0] as number | null
    },
    async start() {
      const startedAtMs = performance.now()
      const env = { PATH: process.env.PATH, HOME: dir }
      child = spawn(process.execPath, [MAIN, 'up', '--config', configPath], {
        env,
        stdio: ['ignore', 'ignore', onLog ? 'pipe' : 'inherit'],
      })
      child.stderr?.setEncoding('utf8').on('data', onLog ?? (() => {}))
      await until(async () => (await answers('/livez'))?.ok === true, 'the gateway answers')
      return performance.now() - startedAtMs
    },
    async ready() {
      await until(async () => {
        const states = (await (await answers('/readyz'))?.json()) as Readiness | undefined
        return states !== undefined && Object.values(states.upstreams).every(({ state }) => state === 'ready')
      }, 'all upstreams are ready')
    },
    async close() {
      if (child.exitCode === null && child.signalCode === null) await gateway.kill()
      rmSync(dir, { recursive: true, force: true })
    },
  }
  await gateway.start()
  return gateway
}
