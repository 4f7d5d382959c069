/** Which skill a URI belongs to: skills are folders, so the one with the longest path that the URI is in. */
import type { Entry } from '../../catalog/definition.ts'
import { skillRoot } from '../../catalog/skill-shape.ts'

/** Finds the skill whose folder the URI is in or is. */
export type SkillFinder = (uri: string) => Entry | undefined

/** @param skills the entries of kind `skills`; of two with the same folder the first counts */
export function skillFinder(skills: readonly Entry[]): SkillFinder {
  const byRoot = new Map<string, Entry>()
  for (const entry of skills) {
    const root = skillRoot(entry.originalName) as string
    if (!byRoot.has(root)) byRoot.set(root, entry)
  }
  if (byRoot.size === 0) return () => undefined
  // Whoever asks chooses how long a URI is, and each of its slashes would be looked at.
  const longest = Math.max(...[...byRoot.keys()].map((root) => root.length))
  return (uri) => {
    const start = uri.length <= longest ? uri.length : uri.lastIndexOf('/', longest)
    for (let end = start; end > 0; end = uri.lastIndexOf('/', end - 1)) {
      const found = byRoot.get(uri.slice(0, end))
      if (found) return found
    }
    return undefined
  }
}
