/** What an upstream that hangs does to calls of another and to lists, and what a second gateway process on the same store does to the cost of a call. */
import { mcpRequest } from '../mcp-request.ts'
import { cpuUsOf } from '../process-usage.ts'
import { spawnScript } from '../spawn-pinned.ts'
import { type Causeway, startCauseway } from '../start-causeway.ts'
import { type Load, startLoad } from '../start-load.ts'
import type { Extent } from './measure-calls.ts'

/** The best slices without and with the neighbor. */
export interface NeighborsFigure {
  hungCalls: number
  /** p99 of calls to the other upstream. */
  callP99Ms: number
  callP99BesideHungMs: number
  listP99Ms: number
  listP99BesideHungMs: number
  /** CPU of a call with one process, and with two that share the store and the load. */
  cpuUs: number
  cpuUsOfTwo: number
  /** The same of one process with half of the connections, which is what each of two has. */
  cpuUsOfHalf: number
}

const CONNECTIONS = 32
const HUNG_CALLS = 64

/** Measures one gateway with two upstreams, then two processes of it. */
export async function measureNeighbors(on: { load: Load; extent: Extent }): Promise<NeighborsFigure> {
  const upstream = await spawnScript('load', 'upstream')
  const causeway = await startCauseway({
    upstreams: { bench: '/mcp', hung: '/hanging' },
    upstreamPort: upstream.port,
    toolsEach: 2,
  })
  try {
    return { ...(await besideHung(causeway, on)), ...(await withTwo(causeway, on)) }
  } finally {
    await causeway.stop()
    await upstream.stop()
  }
}

async function besideHung(causeway: Causeway, { load, extent }: { load: Load; extent: Extent }) {
  const hang = jobOf(causeway.origin, mcpRequest('tools/call', { name: 'hung__echo' }, causeway.keys.all), 0)
  const kinds = { call: callJob(causeway, extent.sliceMs), list: listJob(causeway, extent.sliceMs) }
  const p99s: Record<string, number[]> = { call: [], list: [], hungcall: [], hunglist: [] }
  for (const job of Object.values(kinds)) await load.run({ ...job, durationMs: extent.warmUpMs / 2 })
  for (let round = 0; round < extent.slices; round++) {
    for (const [kind, job] of Object.entries(kinds)) p99s[kind]?.push((await load.run(job)).p99Ms)
    await load.run({ ...hang, kind: 'pending', connections: HUNG_CALLS })
    for (const [kind, job] of Object.entries(kinds)) p99s[`hung${kind}`]?.push((await load.run(job)).p99Ms)
    await load.run({ ...hang, kind: 'release' })
  }
  const best = (kind: string) => Math.min(...(p99s[kind] ?? []))
  return {
    hungCalls: HUNG_CALLS,
    callP99Ms: best('call'),
    callP99BesideHungMs: best('hungcall'),
    listP99Ms: best('list'),
    listP99BesideHungMs: best('hunglist'),
  }
}

// Two processes side by side need two load generators, each with half of the connections.
async function withTwo(causeway: Causeway, { load, extent }: { load: Load; extent: Extent }) {
  const other = await causeway.another()
  const otherLoad = await startLoad()
  const job = callJob(causeway, extent.sliceMs)
  const half = { ...job, connections: CONNECTIONS / 2 }
  const both = () => Promise.all([load.run(half), otherLoad.run({ ...half, origin: other.origin })])
  try {
    for (let turn = 0; turn < 2; turn++) await both()
    const alone: number[] = []
    const together: number[] = []
    const halves: number[] = []
    for (let round = 0; round < extent.slices; round++) {
      const startUs = cpuUsOf(causeway.pid)
      const { requests } = await load.run(job)
      const middleUs = cpuUsOf(causeway.pid)
      alone.push((middleUs - startUs) / requests)
      const { requests: fewer } = await load.run(half)
      halves.push((cpuUsOf(causeway.pid) - middleUs) / fewer)
      const beforeUs = cpuUsOf(causeway.pid) + cpuUsOf(other.pid)
      const results = await both()
      const usedUs = cpuUsOf(causeway.pid) + cpuUsOf(other.pid) - beforeUs
      together.push(usedUs / results.reduce((sum, each) => sum + each.requests, 0))
    }
    return { cpuUs: Math.min(...alone), cpuUsOfTwo: Math.min(...together), cpuUsOfHalf: Math.min(...halves) }
  } finally {
    await otherLoad.stop()
    await other.stop()
  }
}

function callJob({ origin, keys }: Causeway, durationMs: number) {
  const params = { name: 'bench__echo', arguments: { text: 'A sentence that goes there and back.' } }
  return jobOf(origin, mcpRequest('tools/call', params, keys.all), durationMs)
}

function listJob({ origin, keys }: Causeway, durationMs: number) {
  return jobOf(origin, mcpRequest('tools/list', {}, keys.all), durationMs)
}

function jobOf(origin: string, request: ReturnType<typeof mcpRequest>, durationMs: number) {
  return { kind: 'calls' as const, origin, path: '/mcp', connections: CONNECTIONS, durationMs, ...request }
}
