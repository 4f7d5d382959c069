/** What one agent's flood does to the calls of another: a hundred times what it may call, a hundred times as much again, and as much as its connections can send. */
import type { Job } from '../job.ts'
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
  floods: readonly BesideFlood[]
}

/** One flood, and what it did. */
export interface BesideFlood {
  connections: number
  /** Calls a second that it sends; `undefined` for one after the other on each connection. */
  wantedPerSecond: number | undefined
  /** Calls a second that were answered, nearly all of them with a refusal. */
  perSecond: number
  p99Ms: number
}

const PER_SECOND = 100
const CONNECTIONS = 8
const FLOOD_CONNECTIONS = 64
/** An agent may call once a second. */
const FLOODS = [100, 10_000, undefined]

/** Measures one gateway with two agents, of which one has the limits that agents have by default. */
export async function measureFlood({ load, extent }: { load: Load; extent: Extent }): Promise<FloodFigure> {
  const upstream = await spawnScript('load', 'upstream')
  const causeway = await startCauseway({ upstreams: { bench: '/mcp' }, upstreamPort: upstream.port, toolsEach: 2 })
  const floodLoad = await startLoad()
  const durationMs = extent.sliceMs * 2
  const calm = { ...jobOf(causeway, 'all', durationMs), connections: CONNECTIONS, perSecond: PER_SECOND }
  const flood = { ...jobOf(causeway, 'flood', durationMs + 400), connections: FLOOD_CONNECTIONS, mayBeRefused: true }
  try {
    await load.run({ ...calm, connections: 32, perSecond: 5_000, durationMs: extent.warmUpMs })
    const alone: number[] = []
    const beside = FLOODS.map((wantedPerSecond) => ({ wantedPerSecond, rates: [] as number[], p99s: [] as number[] }))
    for (let round = 0; round < extent.slices; round++) {
      alone.push((await load.run(calm)).p99Ms)
      for (const { wantedPerSecond, rates, p99s } of beside) {
        const flooding = floodLoad.run(wantedPerSecond ? { ...flood, perSecond: wantedPerSecond } : flood)
        await new Promise((resolve) => setTimeout(resolve, 200))
        p99s.push((await load.run(calm)).p99Ms)
        const { requests, seconds } = await flooding
        rates.push(requests / seconds)
      }
    }
    const floods = beside.map(({ wantedPerSecond, rates, p99s }) => ({
      connections: FLOOD_CONNECTIONS,
      wantedPerSecond,
      perSecond: Math.max(...rates),
      p99Ms: Math.min(...p99s),
    }))
    return { perSecond: PER_SECOND, p99Ms: Math.min(...alone), floods }
  } finally {
    await floodLoad.stop()
    await causeway.stop()
    await upstream.stop()
  }
}

function jobOf({ origin, keys }: Causeway, agent: string, durationMs: number): Job {
  const params = { name: 'bench__echo', arguments: { text: 'A sentence that goes there and back.' } }
  const request = mcpRequest('tools/call', params, keys[agent])
  return { kind: 'calls', origin, path: '/mcp', connections: 1, durationMs, ...request }
}
