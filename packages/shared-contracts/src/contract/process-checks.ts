/** The part of the contract about the process: it tells how it is, frees what a cancelled call held, and ends cleanly. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import type { DomainContract, SampleCall } from './domain-contract.ts'
import { messageOf } from './trusting-place.ts'

/** How long it may take on a busy machine. */
const PATIENCE_MS = 10_000

/** A domain server that runs over HTTP without a gateway. */
export interface RunningProcess {
  url: string
  /** How long a check waits for what must happen at once. */
  patienceMs?: number
}

/** One thing that a running process must keep. */
export interface ProcessCheck {
  title: string
  /** Throws when it does not hold. */
  run(contract: DomainContract, running: RunningProcess): Promise<void>
}

const tellsHealth: ProcessCheck = {
  title: 'answers /livez, /readyz with each dependency, /version and /metrics',
  async run(_contract, { url }) {
    for (const path of ['/livez', '/readyz', '/version', '/metrics'])
      expect((await fetch(new URL(path, url))).status, path).toBe(200)
    const ready = await jsonOf<{ dependencies: Record<string, { ok: boolean }> }>('/readyz', url)
    const states = Object.values(ready.dependencies)
    expect(states.length).toBeGreaterThan(0)
    expect(states.every(({ ok }) => ok)).toBe(true)
    const { id, version } = await jsonOf<{ id: string; version: string }>('/version', url)
    expect([id, version]).toEqual([expect.stringMatching(/./), expect.stringMatching(/^\d+\.\d+\.\d+$/)])
    expect(await metricsOf(url)).toContain('causeway_domain_calls_in_flight')
  },
}

const freesCancelled: ProcessCheck = {
  title: 'frees what a cancelled call held',
  async run({ slow, reads }, { url, patienceMs = PATIENCE_MS }) {
    const started = (slow ? [slow] : reads).map((sample) => startedCall(sample, url))
    if (slow) await until(async () => (await inFlight(url)) > 0, `${slow.tool} runs`, PATIENCE_MS)
    for (const { abort } of started) abort()
    await until(async () => (await inFlight(url)) === 0, 'nothing runs any more', patienceMs)
    for (const path of ['/readyz', '/livez']) expect((await fetch(new URL(path, url))).status, path).toBe(200)
  },
}

function startedCall({ tool, args }: SampleCall, url: string): { abort(): void } {
  const controller = new AbortController()
  const message = messageOf('tools/call', { name: tool, arguments: args })
  fetch(url, { ...message, signal: controller.signal }).catch(() => {})
  return { abort: () => controller.abort() }
}

async function inFlight(url: string): Promise<number> {
  const values = [...(await metricsOf(url)).matchAll(/^causeway_domain_calls_in_flight\{[^}]*\} (\d+)$/gm)]
  return values.reduce((sum, [, value]) => sum + Number(value), 0)
}

async function metricsOf(url: string): Promise<string> {
  return (await fetch(new URL('/metrics', url))).text()
}

async function jsonOf<T>(path: string, url: string): Promise<T> {
  return (await (await fetch(new URL(path, url))).json()) as T
}

async function until(holds: () => Promise<boolean>, what: string, patienceMs: number): Promise<void> {
  const endMs = Date.now() + patienceMs
  while (!(await holds())) {
    if (Date.now() > endMs) throw new Error(`Cannot see that ${what}: not within ${patienceMs} ms`)
    await sleep(20)
  }
}

/** All of this part. */
export const PROCESS_CHECKS = [tellsHealth, freesCancelled]
