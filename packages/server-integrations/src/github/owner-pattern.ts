/** Whether a CODEOWNERS pattern covers a path, by gitignore's rules as GitHub applies them. */

/**
 * Compares segment by segment without building a regular expression: the pattern comes from a stranger's file
 * and must not be able to make the comparison slow.
 */
export function ownerPatternCovers(pattern: string, path: string): boolean {
  const isFolderOnly = pattern.endsWith('/')
  const body = pattern.replace(/^\/+|\/+$/g, '')
  const isAnchored = pattern.startsWith('/') || body.includes('/')
  const wanted = [...(isAnchored ? [] : ['**']), ...body.split('/')]
  const given = path.replace(/^\/+|\/+$/g, '').split('/')
  if (!isFolderOnly && segmentsMatch(wanted, given)) return true
  // "docs/*" owns the files in docs, not those further down; every other pattern owns what is below it.
  if (isAnchored && body.endsWith('/*')) return false
  return segmentsMatch([...wanted, '*', '**'], given)
}

/** Segments with `**` for any number of them; backtracks to the last `**` only, so the work is bounded by the product of lengths. */
function segmentsMatch(wanted: readonly string[], given: readonly string[]): boolean {
  return wildcardMatch(wanted, given, {
    isAny: (segment) => segment === '**',
    isEqual: (segment, name) => globMatches(segment, name),
  })
}

function globMatches(glob: string, name: string): boolean {
  return wildcardMatch([...glob], [...name], {
    isAny: (char) => char === '*',
    isEqual: (char, other) => char === '?' || char === other,
  })
}

function wildcardMatch<T>(
  pattern: readonly T[],
  items: readonly T[],
  rule: { isAny(part: T): boolean; isEqual(part: T, item: T): boolean },
): boolean {
  let p = 0
  let starAt = -1
  let resumeAt = 0
  for (let i = 0; i < items.length; ) {
    const part = pattern[p]
    if (part !== undefined && rule.isAny(part)) {
      starAt = p++
      resumeAt = i
    } else if (part !== undefined && rule.isEqual(part, items[i] as T)) {
      p++
      i++
    } else if (starAt >= 0) {
      p = starAt + 1
      i = ++resumeAt
    } else return false
  }
  while (p < pattern.length && rule.isAny(pattern[p] as T)) p++
  return p === pattern.length
}
