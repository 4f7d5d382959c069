/** Random numbers that are the same on every machine for the same seed. */

/** A stream of choices. */
export interface SeededRandom {
  /** An integer from 0 to `bound` - 1. */
  below(bound: number): number
  /** An integer from `low` to `high`, both included. */
  between(low: number, high: number): number
  pick<T>(choices: readonly T[]): T
  /** True with the given probability, 0 to 1. */
  chance(probability: number): boolean
}

/** @param seed any 32-bit integer */
export function createSeededRandom(seed: number): SeededRandom {
  let state = seed >>> 0
  // A 32-bit Weyl sequence, its steps mixed by multiply and shift.
  function next(): number {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32
  }
  const below = (bound: number) => Math.floor(next() * bound)
  return {
    below,
    between: (low, high) => low + below(high - low + 1),
    pick: (choices) => choices[below(choices.length)]!,
    chance: (probability) => next() < probability,
  }
}
