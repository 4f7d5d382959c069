/** What is counted as requests pass: numbers in memory, made into text only when somebody asks for it. */
import type { Trail } from '../request/record.ts'
import { Counts } from './counts.ts'
import { Durations } from './durations.ts'
import { METHOD_NAMES } from './method-names.ts'
import { outcomeOf } from './outcome-of.ts'

/** In place of a name that nobody here gave: no definition or agent can be called so. */
const UNKNOWN = '(unknown)'
const OTHER = '(other)'
const MAX_CALL_SERIES = 10_000
const MAX_DENIAL_SERIES = 2_000
const MAX_REQUEST_SERIES = 1_000

/** Where the time of a call can go. */
export const PHASES = ['queue', 'upstream', 'gateway', 'total'] as const

/** Durations by phase. */
export type PhaseDurations = Record<(typeof PHASES)[number], Durations>

/** What is known of a request once it is over. */
export interface Ended {
  httpMethod: string | undefined
  status: number
  /** Time since its head was read; `undefined` for one that was refused by its head. */
  totalMs: number | undefined
}

/** The counters of one gateway. */
export class Metrics {
  readonly requests = new Counts(MAX_REQUEST_SERIES, ([, era = '']) => [OTHER, era, OTHER])
  readonly calls = new Counts(MAX_CALL_SERIES, ([upstream = '', , , outcome = '']) => [upstream, OTHER, OTHER, outcome])
  readonly denials = new Counts(MAX_DENIAL_SERIES, ([, reason = '']) => [OTHER, reason])
  readonly brokenResults = new Counts(MAX_DENIAL_SERIES, ([, finding = '']) => [OTHER, finding])
  readonly durations = new Map<string, PhaseDurations>()
  /** Whether the configuration as it was last read is in force. */
  isConfigCurrent = true

  /** Counts one request. */
  count(trail: Trail, ended: Ended): void {
    const { inbound, error, target } = trail
    const outcome = outcomeOf(trail)
    this.requests.add([methodOf(trail, ended.httpMethod), inbound?.era ?? '', String(ended.status)])
    if (target) {
      const { kind, upstream, publicName } = target.entry
      this.calls.add([upstream, kind === 'tools' ? publicName : '', trail.caller?.agent ?? '', outcome])
      if (ended.totalMs !== undefined) this.#time(upstream, trail, ended.totalMs)
    } else if (error && inbound?.message.method === 'tools/call') {
      this.calls.add([UNKNOWN, UNKNOWN, trail.caller?.agent ?? '', outcome])
    }
    if (outcome === 'denied') this.denials.add([trail.caller?.agent ?? '', (error as { code: string }).code])
  }

  #time(upstream: string, { queueMs = 0, upstreamMs }: Trail, totalMs: number): void {
    let phases = this.durations.get(upstream)
    if (!phases) {
      phases = { queue: new Durations(), upstream: new Durations(), gateway: new Durations(), total: new Durations() }
      this.durations.set(upstream, phases)
    }
    phases.queue.observe(queueMs)
    // What never got there would make the upstream look fast.
    if (upstreamMs !== undefined) phases.upstream.observe(upstreamMs)
    phases.gateway.observe(Math.max(0, totalMs - queueMs - (upstreamMs ?? 0)))
    phases.total.observe(totalMs)
  }
}

/** The MCP method where one is known; what an agent made up is one label value. */
function methodOf({ inbound }: Trail, httpMethod: string | undefined): string {
  if (!inbound) return httpMethod === 'GET' || httpMethod === 'DELETE' ? httpMethod : UNKNOWN
  const { method } = inbound.message
  if (method === '') return 'response'
  return METHOD_NAMES.has(method) ? method : OTHER
}
