/** `tools/list` of a gateway alone: catalogs of several sizes, for an agent that sees everything and one that sees a hundred tools. */
import { mcpRequest } from '../mcp-request.ts'
import { cpuUsOf, rssBytesOf } from '../process-usage.ts'
import { spawnScript } from '../spawn-pinned.ts'
import { type Causeway, startCauseway } from '../start-causeway.ts'
import type { Load } from '../start-load.ts'
import type { Extent } from './measure-calls.ts'

/** One catalog and one agent: the first page of its list, at 32 connections. */
export interface ListFigure {
  tools: number
  view: 'all' | 'few'
  answerBytes: number
  cpuUs: number
  requestsPerSecond: number
  p50Ms: number
  p99Ms: number
  /** At {@link PACED_PER_SECOND} lists a second. */
  pacedP99Ms: number
  rssMiB: number
}

/** The most that a gateway takes from one upstream. */
const MAX_EACH = 2_000
const CONNECTIONS = 32
/** A rate that leaves both sides time: the p99 of as many as there can be is mostly that of the queue. */
export const PACED_PER_SECOND = 2_000

/** Measures each size with a gateway of its own. */
export async function measureLists(
  sizes: readonly number[],
  on: { load: Load; extent: Extent },
): Promise<ListFigure[]> {
  const upstream = await spawnScript('load', 'upstream')
  const figures: ListFigure[] = []
  try {
    for (const tools of sizes) {
      const causeway = await startWith(tools, upstream.port)
      try {
        for (const view of ['all', 'few'] as const) figures.push(await measureList(causeway, { tools, view }, on))
      } finally {
        await causeway.stop()
      }
    }
  } finally {
    await upstream.stop()
  }
  return figures
}

function startWith(tools: number, upstreamPort: number): Promise<Causeway> {
  const each = Math.min(tools, MAX_EACH)
  const ids = Array.from({ length: Math.ceil(tools / each) }, (_, index) => `u${index}`)
  const upstreams = Object.fromEntries(ids.map((id) => [id, `/tools/${each}`]))
  return startCauseway({ upstreams, upstreamPort, toolsEach: each })
}

async function measureList(
  { origin, pid, keys }: Causeway,
  { tools, view }: Pick<ListFigure, 'tools' | 'view'>,
  { load, extent }: { load: Load; extent: Extent },
): Promise<ListFigure> {
  const request = mcpRequest('tools/list', {}, keys[view])
  const job = { kind: 'calls' as const, origin, path: '/mcp', connections: CONNECTIONS, ...request }
  await load.run({ ...job, durationMs: extent.warmUpMs / 2 })
  const slices = []
  for (let round = 0; round < extent.slices; round++) {
    const beforeUs = cpuUsOf(pid)
    const result = await load.run({ ...job, durationMs: extent.sliceMs })
    const cpuUs = (cpuUsOf(pid) - beforeUs) / result.requests
    const paced = await load.run({ ...job, perSecond: PACED_PER_SECOND, durationMs: extent.sliceMs })
    slices.push({ ...result, cpuUs, pacedP99Ms: paced.p99Ms })
  }
  return {
    tools,
    view,
    answerBytes: Math.max(...slices.map((slice) => slice.answerBytes)),
    cpuUs: Math.min(...slices.map((slice) => slice.cpuUs)),
    requestsPerSecond: Math.max(...slices.map(({ requests, seconds }) => requests / seconds)),
    p50Ms: Math.min(...slices.map((slice) => slice.p50Ms)),
    p99Ms: Math.min(...slices.map((slice) => slice.p99Ms)),
    pacedP99Ms: Math.min(...slices.map((slice) => slice.pacedP99Ms)),
    rssMiB: rssBytesOf(pid) / 2 ** 20,
  }
}
