/** A small repeatable source of choices: the same seed gives the same workspace. */

/** One repeatable stream of choices. */
export interface SeededRandom {
  /** A number in [0, 1). */
  next(): number
  /** A whole number from `least` to `most`, both possible. */
  between(least: number, most: number): number
  chance(probability: number): boolean
  pick<Item>(items: readonly Item[]): Item
}

/** Starts a stream of its own for each seed text. */
export function createSeededRandom(seed: string): SeededRandom {
  let state = 2166136261
  for (const byte of Buffer.from(seed)) state = Math.imul(state ^ byte, 16777619) >>> 0
  const next = () => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
  return {
    next,
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    chance: (probability) => next() < probability,
    pick<Item>(items: readonly Item[]): Item {
      return items[Math.floor(next() * items.length)] as Item
    },
  }
}
