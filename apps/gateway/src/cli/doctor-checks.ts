/** What `causeway doctor` looks at, one function a subject; none of them changes anything. */
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { auditFolder, checkpointFolder } from '../audit/audit-folders.ts'
import { readKnownTools } from '../catalog/known-tools.ts'
import { formatProblem } from '../config/problem.ts'
import { publicUrlOf } from '../config/public-url-of.ts'
import { compilePolicy } from '../policy/compile.ts'
import { runPolicyTests } from '../policy/run-tests.ts'
import { fetchGateway } from './call-gateway.ts'
import { CliError } from './cli-error.ts'
import type { Workspace } from './workspace.ts'

/** What was found about one subject. */
export interface Finding {
  check: 'node' | 'configuration' | 'policy' | 'data' | 'clock' | 'gateway' | 'admin' | 'upstream'
  state: 'ok' | 'warning' | 'failed' | 'skipped'
  detail: string
  /** What to do; only where something is to be done. */
  hint?: string
}

const MIN_NODE = [24, 21] as const
const MIN_FREE_BYTES = 256 * 1024 * 1024
/** Clocks are set by this much now and then. */
const CLOCK_SLACK_MS = 60_000
const ANSWER_MS = 3_000
const OTHERS = 0o077

/** Whether the version of Node.js is one that the gateway is tested with, or a newer one. */
export function checkNode(version = process.versions.node): Finding[] {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isGood = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1])
  const hint = `Install Node.js ${MIN_NODE.join('.')} or newer, or start by \`npm start\`, which brings its own`
  return [{ check: 'node', ...(isGood ? { state: 'ok' } : { state: 'failed', hint }), detail: `Node.js ${version}` }]
}

/** What the configuration warns of; one with a mistake ends the command before. */
export function checkConfiguration({ loaded: { sources, warnings } }: Workspace): Finding[] {
  const detail = sources.length === 1 ? 'the file is good' : `all ${sources.length} files are good`
  return [
    { check: 'configuration', state: 'ok', detail },
    ...warnings.map((each): Finding => ({ check: 'configuration', state: 'warning', detail: formatProblem(each) })),
  ]
}

/** Whether the rules pass their tests, those of the store included. */
export function checkPolicy(workspace: Workspace): Finding[] {
  const config = workspace.policyConfig()
  const results = runPolicyTests(compilePolicy(config), config.tests, readKnownTools(config))
  const failed = results.filter(({ outcome }) => outcome === 'failed').length
  if (failed === 0) return [{ check: 'policy', state: 'ok', detail: `${config.rules.length} rules pass their tests` }]
  const hint = '`causeway policy test` names them; a gateway does not start with such rules'
  return [
    { check: 'policy', state: 'failed', detail: `${failed === 1 ? '1 test fails' : `${failed} tests fail`}`, hint },
  ]
}

/** Whether keys, record and checkpoints can be kept, and from others. */
export function checkData({ config, existingStore }: Workspace): Finding[] {
  const { dataDir } = config
  if (!existsSync(dataDir)) return [{ check: 'data', state: 'ok', detail: `${dataDir} is made by the first start` }]
  const folders = [dataDir, auditFolder(dataDir), checkpointFolder(config.audit, dataDir)].filter(existsSync)
  const closed = folders.filter((folder) => !isWritable(folder))
  if (closed.length > 0)
    return [
      {
        check: 'data',
        state: 'failed',
        detail: `${closed.join(', ')} cannot be written`,
        hint: 'Give it to this user',
      },
    ]
  const store = existingStore()
  if (store && !store.isReadable())
    return [{ check: 'data', state: 'failed', detail: 'the store cannot be read', hint: 'Check its disk' }]
  return [...checkSpace(folders), ...checkSecret(dataDir)]
}

function checkSpace(folders: readonly string[]): Finding[] {
  const short = folders.filter((folder) => {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize < MIN_FREE_BYTES
  })
  if (short.length === 0) return [{ check: 'data', state: 'ok', detail: `${folders[0]} can be written` }]
  const hint = 'Make room: calls that may write are refused while they cannot be recorded'
  return [{ check: 'data', state: 'warning', detail: `little room is left in ${short.join(', ')}`, hint }]
}

function checkSecret(dataDir: string): Finding[] {
  const file = join(dataDir, 'secret.key')
  // Windows has no such bits.
  if (process.platform === 'win32' || !existsSync(file) || (statSync(file).mode & OTHERS) === 0) return []
  return [{ check: 'data', state: 'failed', detail: `other users can open ${file}`, hint: `chmod 600 ${file}` }]
}

/** Whether time has gone back since the store was last written: keys and tokens would live too long. */
export function checkClock({ existingStore }: Workspace, nowMs = Date.now()): Finding[] {
  const newestMs = Math.max(0, ...(existingStore()?.apiKeys.list() ?? []).map(({ createdMs }) => createdMs))
  const detail = new Date(nowMs).toISOString()
  if (newestMs <= nowMs + CLOCK_SLACK_MS) return [{ check: 'clock', state: 'ok', detail }]
  const hint = 'Set the clock of this machine'
  return [{ check: 'clock', state: 'failed', detail: `${detail}, which is before a key in the store was made`, hint }]
}

interface Readiness {
  ok?: boolean
  stores?: Record<string, { ok: boolean }>
  upstreams?: Record<string, { state: string; reason?: string }>
}

/** Whether the gateway and its admin API answer where the configuration has them, and reach their upstreams. */
export async function checkRunning({ gatewayUrl, config }: Workspace): Promise<Finding[]> {
  const url = gatewayUrl()
  const readiness = await answerOf<Readiness>(`${url}/readyz`)
  const { admin } = config
  const adminUrl = admin === false || admin.port === 0 ? undefined : publicUrlOf({ listen: admin }, admin.port)
  const isRunning = typeof readiness === 'object' && typeof readiness.ok === 'boolean'
  return [
    ...(isRunning ? checkReadiness(readiness, url) : [notRunning('gateway', url, readiness)]),
    ...(adminUrl === undefined ? [] : [await checkAdmin(adminUrl, isRunning)]),
  ]
}

function checkReadiness({ ok, stores = {}, upstreams = {} }: Readiness, url: string): Finding[] {
  const broken = Object.keys(stores).filter((store) => !stores[store]?.ok)
  const bad = ok ? broken.map((store) => `cannot use its ${store}`) : ['is not ready']
  const hint = 'The log of the gateway says why'
  const detail = `${url} ${bad.join(', ') || 'runs'}`
  return [
    { check: 'gateway', detail, ...(bad.length > 0 ? { state: 'failed', hint } : { state: 'ok' }) },
    ...Object.entries(upstreams).map(([id, { state, reason }]): Finding => {
      const told = `${id} is ${state}${reason === undefined ? '' : `: ${reason}`}`
      if (state === 'ready' || state === 'disabled') return { check: 'upstream', state: 'ok', detail: told }
      return { check: 'upstream', state: state === 'connecting' ? 'warning' : 'failed', detail: told, hint }
    }),
  ]
}

async function checkAdmin(url: string, isRunning: boolean): Promise<Finding> {
  const answer = await answerOf<{ info?: { title?: string } }>(`${url}/openapi.json`)
  if (typeof answer === 'object' && answer.info?.title === 'Causeway admin API')
    return { check: 'admin', state: 'ok', detail: `${url} answers` }
  if (answer !== 'refused' || !isRunning) return notRunning('admin', url, answer)
  const hint = 'Restart the gateway: its port has changed, or is of another configuration'
  return { check: 'admin', state: 'failed', detail: `nothing listens at ${url}`, hint }
}

function notRunning(check: 'gateway' | 'admin', url: string, answer: unknown): Finding {
  if (answer === 'refused') return { check, state: 'skipped', detail: `nothing runs at ${url}; the port is free` }
  const hint = `Set CAUSEWAY_${check === 'admin' ? 'ADMIN_' : ''}PORT to another port, or end what uses it`
  return { check, state: 'failed', detail: `what listens at ${url} is no gateway`, hint }
}

async function answerOf<T>(url: string): Promise<T | 'refused' | undefined> {
  try {
    const response = await fetchGateway(url, { signal: AbortSignal.timeout(ANSWER_MS) })
    return (await response.json()) as T
  } catch (error) {
    const reason = error instanceof CliError ? (error.data as { reason: string }).reason : undefined
    return reason === 'ECONNREFUSED' ? 'refused' : undefined
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.R_OK | constants.W_OK)
    return true
  } catch {
    return false
  }
}
