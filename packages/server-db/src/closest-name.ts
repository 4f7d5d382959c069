/** Finds the name that somebody probably meant. */

const MAX_CHARS = 64

/** The candidate with the fewest edits from `name`, when they are few enough to be a slip. */
export function closestName(name: string, candidates: readonly string[]): string | undefined {
  const wanted = name.slice(0, MAX_CHARS).toLowerCase()
  const ranked = candidates
    .map((candidate) => ({ candidate, edits: editDistance(wanted, candidate.slice(0, MAX_CHARS).toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits)
  const best = ranked[0]
  return best && best.edits <= Math.max(2, Math.floor(wanted.length / 3)) ? best.candidate : undefined
}

function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (let i = 1; i <= from.length; i++) {
    const current = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = previous[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1)
      current.push(Math.min(replaced, previous[j]! + 1, current[j - 1]! + 1))
    }
    previous = current
  }
  return previous[to.length]!
}
