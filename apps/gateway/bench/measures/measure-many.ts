/** Many upstreams and many agents: lists for all of them in turn, and what a change of one upstream's list costs everybody. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Job } from '../job.ts'
import { mcpRequest } from '../mcp-request.ts'
import { cpuUsOf, rssBytesOf } from '../process-usage.ts'
import { spawnScript } from '../spawn-pinned.ts'
import { type Causeway, startCauseway } from '../start-causeway.ts'
import type { Load } from '../start-load.ts'
import type { Extent } from './measure-calls.ts'
import { PACED_PER_SECOND } from './measure-lists.ts'
import { measureRebuild } from './measure-rebuild.ts'

/** What was found. */
export interface ManyFigure {
  upstreams: number
  toolsEach: number
  agents: number
  cpuUs: number
  p99Ms: number
  /** The same while one upstream's list changes. */
  p99WhileChangingMs: number
  /** Both at {@link PACED_PER_SECOND} lists a second. */
  pacedP99Ms: number
  pacedP99WhileChangingMs: number
  /** From the upstream's word that its list changed to a list that shows it; 50 ms of that are a pause for more changes. */
  changeShownMs: number
  /** Merging the change of one upstream into the catalog, in a process of its own. */
  mergeMs: number
  /** The first list of an agent after it: its view and the bytes of its page. */
  viewMs: number
  rssMiB: number
}

const TOOLS_EACH = 50
const CONNECTIONS = 32
const PACED = { perSecond: PACED_PER_SECOND }

/** Measures one gateway. */
export async function measureMany(
  { upstreams: count, agents }: { upstreams: number; agents: number },
  { load, extent }: { load: Load; extent: Extent },
): Promise<ManyFigure> {
  const upstream = await spawnScript('load', 'upstream')
  const ids = Array.from({ length: count }, (_, index) => `u${index}`)
  const upstreams = Object.fromEntries(ids.map((id, index) => [id, index === 0 ? '/changing' : `/tools/${TOOLS_EACH}`]))
  const causeway = await startCauseway({
    upstreams,
    upstreamPort: upstream.port,
    toolsEach: TOOLS_EACH,
    manyAgents: agents,
  })
  try {
    const { all: _all, few: _few, ...keys } = causeway.keys
    const { origin, pid } = causeway
    const request = mcpRequest('tools/list', {})
    const job = { kind: 'calls', origin, path: '/mcp', connections: CONNECTIONS, ...request } as const
    const run = (durationMs: number, pace: Pick<Job, 'perSecond'> = {}) =>
      load.run({ ...job, ...pace, keys: Object.values(keys), durationMs })
    await run(extent.warmUpMs / 2)
    const quiet: { cpuUs: number; p99Ms: number; pacedP99Ms: number }[] = []
    const changed: { p99Ms: number; pacedP99Ms: number; shownMs: number }[] = []
    const whileChanging = async (pace?: Pick<Job, 'perSecond'>) => {
      const running = run(Math.max(extent.sliceMs, 1_000), pace)
      await sleep(200)
      const shownMs = await timeChange(causeway, upstream.port)
      return { p99Ms: (await running).p99Ms, shownMs }
    }
    for (let round = 0; round < extent.slices; round++) {
      const beforeUs = cpuUsOf(pid)
      const { p99Ms, requests } = await run(extent.sliceMs)
      const cpuUs = (cpuUsOf(pid) - beforeUs) / requests
      quiet.push({ p99Ms, cpuUs, pacedP99Ms: (await run(extent.sliceMs, PACED)).p99Ms })
      const { p99Ms: pacedP99Ms } = await whileChanging(PACED)
      changed.push({ ...(await whileChanging()), pacedP99Ms })
    }
    return {
      upstreams: count,
      toolsEach: TOOLS_EACH,
      agents,
      cpuUs: Math.min(...quiet.map(({ cpuUs }) => cpuUs)),
      p99Ms: Math.min(...quiet.map(({ p99Ms }) => p99Ms)),
      p99WhileChangingMs: Math.min(...changed.map(({ p99Ms }) => p99Ms)),
      pacedP99Ms: Math.min(...quiet.map(({ pacedP99Ms }) => pacedP99Ms)),
      pacedP99WhileChangingMs: Math.min(...changed.map(({ pacedP99Ms }) => pacedP99Ms)),
      changeShownMs: Math.min(...changed.map(({ shownMs }) => shownMs)),
      ...measureRebuild(causeway.configPath, TOOLS_EACH),
      rssMiB: rssBytesOf(pid) / 2 ** 20,
    }
  } finally {
    await causeway.stop()
    await upstream.stop()
  }
}

async function timeChange({ origin, keys }: Causeway, upstreamPort: number): Promise<number> {
  const request = mcpRequest('tools/list', {}, keys['agent-000'])
  const startMs = performance.now()
  const name = await (await fetch(`http://127.0.0.1:${upstreamPort}/change`, { method: 'POST', body: '{}' })).text()
  while (performance.now() - startMs < 5_000) {
    const list = await (await fetch(`${origin}/mcp`, { method: 'POST', ...request })).text()
    if (list.includes(name)) return performance.now() - startMs
    await sleep(2)
  }
  throw new Error('Cannot measure a change: no list shows it within 5 s')
}
