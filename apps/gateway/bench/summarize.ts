/** From slices to figures: the best slice of each target, and its ratios to the other targets of the same run. */

/** One target under one load for a second or two. */
export interface Slice {
  scenario: string
  target: string
  requests: number
  seconds: number
  p50Ms: number
  p99Ms: number
  /** CPU of the target's process for each request, in microseconds. */
  cpuUs: number
}

/** The ways that others are held against. */
const BASES = ['nginx', 'sdk', 'against'] as const
/** One of {@link BASES}. */
export type Base = (typeof BASES)[number]

/** What one target did in one scenario: the best of its slices, because disturbances only ever add. */
export interface Figure {
  scenario: string
  target: string
  slices: number
  cpuUs: number
  requestsPerSecond: number
  p50Ms: number
  p99Ms: number
  /** CPU as a multiple of another target's, where that one was measured. */
  cpuRatio: Partial<Record<Base, number>>
  /** Requests per second as a part of the direct way's. */
  rateToDirect: number | undefined
  /** What the way adds to the direct way's median. */
  addedP50Ms: number | undefined
}

/** The figures, in the order in which scenario and target first appear. */
export function summarize(slices: readonly Slice[]): Figure[] {
  const groups = new Map<string, Slice[]>()
  for (const slice of slices) {
    const key = keyOf(slice.scenario, slice.target)
    groups.set(key, [...(groups.get(key) ?? []), slice])
  }
  const best = new Map([...groups].map(([key, group]) => [key, bestOf(group)]))
  return [...groups].map(([key, group]) => {
    const { scenario, target } = group[0] as Slice
    const own = best.get(key) as Best
    const other = (name: string) => best.get(keyOf(scenario, name))
    const direct = other('direct')
    const cpuRatio: Figure['cpuRatio'] = {}
    for (const name of BASES) {
      const base = other(name)
      // The direct way's CPU is the upstream's, which is no proxy's.
      if (base && target !== 'direct') cpuRatio[name] = own.cpuUs / base.cpuUs
    }
    return {
      scenario,
      target,
      slices: group.length,
      ...own,
      cpuRatio,
      rateToDirect: direct && own.requestsPerSecond / direct.requestsPerSecond,
      addedP50Ms: direct && own.p50Ms - direct.p50Ms,
    }
  })
}

type Best = Pick<Figure, 'cpuUs' | 'requestsPerSecond' | 'p50Ms' | 'p99Ms'>

function bestOf(group: readonly Slice[]): Best {
  return {
    cpuUs: Math.min(...group.map((slice) => slice.cpuUs)),
    requestsPerSecond: Math.max(...group.map(({ requests, seconds }) => requests / seconds)),
    p50Ms: Math.min(...group.map((slice) => slice.p50Ms)),
    p99Ms: Math.min(...group.map((slice) => slice.p99Ms)),
  }
}

function keyOf(scenario: string, target: string): string {
  return `${scenario} ${target}`
}
