/** Calls through every target in turn, slice after slice, so that a disturbance of the machine meets all of them alike. */
import type { Job } from '../job.ts'
import { mcpRequest } from '../mcp-request.ts'
import { cpuUsOf } from '../process-usage.ts'
import type { Load } from '../start-load.ts'
import type { Slice } from '../summarize.ts'
import type { Target } from '../targets.ts'

/** One kind of call. */
export interface Scenario {
  name: string
  tool: 'echo' | 'echo_events' | 'echo_write'
  /** Length of the text that goes there and comes back. */
  textLength: number
  connections: number
}

/** How much is measured. */
export interface Extent {
  slices: number
  sliceMs: number
  warmUpMs: number
}

const WARM_UP_CONNECTIONS = 32
/** A call alone sleeps and wakes on its way, which whoever shares the machine slows: short slices find the moments without. */
const PARTS_OF_A_LONE_SLICE = 4
const SMALL = 100
const LARGE = 100_000

/** The kinds of calls, the one that the goals are about first. */
export const SCENARIOS: readonly Scenario[] = [
  { name: 'json-small-32', tool: 'echo', textLength: SMALL, connections: 32 },
  { name: 'json-small-1', tool: 'echo', textLength: SMALL, connections: 1 },
  { name: 'json-small-256', tool: 'echo', textLength: SMALL, connections: 256 },
  { name: 'json-large-32', tool: 'echo', textLength: LARGE, connections: 32 },
  { name: 'write-small-32', tool: 'echo_write', textLength: SMALL, connections: 32 },
  { name: 'sse-small-32', tool: 'echo_events', textLength: SMALL, connections: 32 },
  { name: 'sse-large-32', tool: 'echo_events', textLength: LARGE, connections: 32 },
]

/** Runs one scenario over all targets. */
export async function measureCalls(
  scenario: Scenario,
  targets: readonly Target[],
  on: { load: Load; extent: Extent },
): Promise<Slice[]> {
  const { load, extent } = on
  for (const target of targets) await checkAnswer(target, jobOf(scenario, target, 0))
  // Node.js compiles while it runs, and one connection alone would leave it half done; the others are warm by then.
  const warmUp = { ...scenario, connections: WARM_UP_CONNECTIONS }
  for (const target of targets)
    if (target.name !== 'direct' && target.name !== 'nginx') await load.run(jobOf(warmUp, target, extent.warmUpMs))
  const slices: Slice[] = []
  const parts = scenario.connections === 1 ? PARTS_OF_A_LONE_SLICE : 1
  for (let round = 0; round < extent.slices * parts; round++)
    // There and back, so that no way always follows the same one.
    for (const target of round % 2 === 0 ? targets : targets.toReversed()) {
      const beforeUs = cpuUsOf(target.pid)
      const result = await load.run(jobOf(scenario, target, extent.sliceMs / parts))
      const cpuUs = (cpuUsOf(target.pid) - beforeUs) / result.requests
      slices.push({ ...result, scenario: scenario.name, target: target.name, cpuUs })
    }
  return slices
}

function jobOf({ tool, textLength, connections }: Scenario, target: Target, durationMs: number): Job {
  const params = { name: target.toolName(tool), arguments: { text: textOf(textLength) } }
  const request = mcpRequest('tools/call', params, target.key)
  return { kind: 'calls', origin: target.origin, path: '/mcp', connections, durationMs, ...request }
}

function textOf(length: number): string {
  return 'A sentence that goes there and back. '.repeat(Math.ceil(length / 37)).slice(0, length)
}

// A proxy that answers quickly with an error must not look good.
async function checkAnswer({ name }: Target, { origin, path, headers, body }: Job): Promise<void> {
  const answer = await fetch(`${origin}${path}`, { method: 'POST', headers, body })
  const text = await answer.text()
  const expected = JSON.stringify(
    (JSON.parse(body) as { params: { arguments: { text: string } } }).params.arguments.text,
  )
  if (!text.includes(expected))
    throw new Error(`Cannot measure "${name}": it answers ${answer.status} ${text.slice(0, 300)}`)
}
