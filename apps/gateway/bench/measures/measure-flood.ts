/** What one agent's flood does to the calls of another: the flood is a hundred times the other's calls, then as much as its connections can send. */
import type { Job, LoadResult } from '../job.ts'
import { mcpRequest } from '../mcp-request.ts'
import { spawnScript } from '../spawn-pinned.ts'
import { type Causeway, startCauseway } from '../start-causeway.ts'
import { type Load, startLoad } from '../start-load.ts'
import type { Extent } from './measure-calls.ts'

/** The best slices without and with the flood. */
export interface FloodFigure {
  /** Calls a second of the agent that is measured. */
  perSecond: number
  p99Ms: number
  /** p99 beside a hundred times as many, and what came of those. */
  p99BesideManyMs: number
  many: FloodResult
  /** p99 beside calls without a pause. */
  p99BesideEndlessMs: number
  endless: FloodResult
}

/** What came of a flood. */
export interface FloodResult {
  perSecond: number
  connections: number
}

const PER_SECOND = 100
const TIMES = 100
const CONNECTIONS = 8
const FLOOD_CONNECTIONS = 64

/** Measures one gateway with two agents, of which one has the limits that agents have by default. */
export async function measureFlood({ load, extent }: { load: Load; extent: Extent }): Promise<FloodFigure> {
  const upstream = await spawnScript('load', 'upstream')
  const causeway = await startCauseway({ upstreams: { bench: '/mcp' }, upstreamPort: upstream.port, toolsEach: 2 })
  const floodLoad = await startLoad()
  const durationMs = extent.sliceMs * 2
  const calm = { ...jobOf(causeway, 'all', durationMs), connections: CONNECTIONS, perSecond: PER_SECOND }
  const endless = { ...jobOf(causeway, 'flood', durationMs + 400), connections: FLOOD_CONNECTIONS, mayBeRefused: true }
  const many = { ...endless, perSecond: PER_SECOND * TIMES }
  const beside = async (job: Job) => {
    const flooding = floodLoad.run(job)
    await new Promise((resolve) => setTimeout(resolve, 200))
    return [await load.run(calm), await flooding] as const
  }
  try {
    await load.run({ ...calm, connections: 32, perSecond: 5_000, durationMs: extent.warmUpMs })
    await floodLoad.run(many)
    const rounds = []
    for (let round = 0; round < extent.slices; round++)
      rounds.push({ alone: await load.run(calm), many: await beside(many), endless: await beside(endless) })
    const best = (results: readonly LoadResult[]) => Math.min(...results.map(({ p99Ms }) => p99Ms))
    return {
      perSecond: PER_SECOND,
      p99Ms: best(rounds.map(({ alone }) => alone)),
      p99BesideManyMs: best(rounds.map((round) => round.many[0])),
      many: floodOf(rounds.map((round) => round.many[1])),
      p99BesideEndlessMs: best(rounds.map((round) => round.endless[0])),
      endless: floodOf(rounds.map((round) => round.endless[1])),
    }
  } finally {
    await floodLoad.stop()
    await causeway.stop()
    await upstream.stop()
  }
}

function floodOf(results: readonly LoadResult[]): FloodResult {
  return {
    perSecond: Math.max(...results.map(({ requests, seconds }) => requests / seconds)),
    connections: FLOOD_CONNECTIONS,
  }
}

function jobOf({ origin, keys }: Causeway, agent: string, durationMs: number): Job {
  const params = { name: 'bench__echo', arguments: { text: 'A sentence that goes there and back.' } }
  const request = mcpRequest('tools/call', params, keys[agent])
  return { kind: 'calls', origin, path: '/mcp', connections: 1, durationMs, ...request }
}
