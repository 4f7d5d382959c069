/** How long something took, in fixed buckets. */

/** Upper bounds of the buckets, in seconds: from what the gateway itself costs to what a person waits for. */
export const BUCKETS_SECONDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
] as const

const BOUNDS_MS = BUCKETS_SECONDS.map((seconds) => seconds * 1_000)

export class Durations {
  /** How many fell into each bucket; the last is of those beyond the last bound. */
  readonly counts: number[] = new Array(BOUNDS_MS.length + 1).fill(0)
  sumMs = 0

  observe(ms: number): void {
    let at = 0
    while (at < BOUNDS_MS.length && ms > (BOUNDS_MS[at] as number)) at++
    this.counts[at] = (this.counts[at] as number) + 1
    this.sumMs += ms
  }
}
