/** Finds the known value that a mistyped one most likely meant. */

/** The candidate with the fewest edits to `value`; `undefined` when even that shares too little with it. */
export function closest(value: string, candidates: Iterable<string>): string | undefined {
  const wanted = value.toLowerCase()
  let best: { candidate: string | undefined; edits: number } = {
    candidate: undefined,
    edits: Math.ceil(wanted.length / 2) + 1,
  }
  for (const candidate of candidates) {
    // Each letter more or less is an edit, so most candidates, and all for a text without end, need no comparison.
    if (Math.abs(candidate.length - wanted.length) >= best.edits) continue
    const edits = editDistance(wanted, candidate.toLowerCase())
    if (edits < best.edits) best = { candidate, edits }
  }
  return best.candidate
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const substituted = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min(substituted, (previous[j] as number) + 1, (current[j - 1] as number) + 1))
    }
    previous = current
  }
  return previous[b.length] as number
}
