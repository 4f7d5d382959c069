/** What a gateway costs while it does nothing: its start, its memory, and the memory of an idle event stream. */
import { setTimeout as sleep } from 'node:timers/promises'
import { mcpRequest } from '../mcp-request.ts'
import { rssBytesOf } from '../process-usage.ts'
import { spawnScript } from '../spawn-pinned.ts'
import { startCauseway } from '../start-causeway.ts'
import type { Load } from '../start-load.ts'

/** The figures at rest. */
export interface RestFigure {
  starts: number
  /** From the start of the process to the first answer of `/livez`; the best of the starts. */
  startMs: number
  idleRssMiB: number
  streams: number
  /** What each stream adds to the memory of a gateway that has served some before. */
  rssKiBPerStream: number
}

/** Streams that are opened before the first look, so that what only the first ones cost is not counted. */
const FIRST_STREAMS = 200
const SETTLE_MS = 2_000
const UPSTREAMS = { bench: '/mcp' }

/** Starts gateways one after the other and opens the streams on the last. */
export async function measureRest(
  load: Load,
  { starts, streams }: Pick<RestFigure, 'starts' | 'streams'>,
): Promise<RestFigure> {
  const upstream = await spawnScript('load', 'upstream')
  const start = () => startCauseway({ upstreams: UPSTREAMS, upstreamPort: upstream.port, toolsEach: 2 })
  try {
    const startsMs: number[] = []
    for (let round = 1; round < starts; round++) {
      const causeway = await start()
      startsMs.push(causeway.startMs)
      await causeway.stop()
    }
    const causeway = await start()
    startsMs.push(causeway.startMs)
    try {
      await sleep(SETTLE_MS)
      const idle = rssBytesOf(causeway.pid)
      const request = mcpRequest(
        'subscriptions/listen',
        { notifications: { toolsListChanged: true } },
        causeway.keys.all,
      )
      const job = { kind: 'streams' as const, origin: causeway.origin, path: '/mcp', durationMs: 0, ...request }
      await load.run({ ...job, connections: FIRST_STREAMS })
      await sleep(SETTLE_MS)
      const before = rssBytesOf(causeway.pid)
      await load.run({ ...job, connections: streams })
      await sleep(SETTLE_MS)
      const added = rssBytesOf(causeway.pid) - before
      return {
        starts,
        startMs: Math.min(...startsMs),
        idleRssMiB: idle / 2 ** 20,
        streams,
        rssKiBPerStream: added / streams / 1_024,
      }
    } finally {
      await causeway.stop()
    }
  } finally {
    await upstream.stop()
  }
}
