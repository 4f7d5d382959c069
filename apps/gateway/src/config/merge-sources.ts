/** Merges the files of a configuration: maps by key, rules and tests in order; nothing is said twice. */
import { type ConfigNode, placeOf, plainOf } from './config-node.ts'
import { formatPath, type Path, type Problem } from './problem.ts'

type Entries = Map<string, ConfigNode>

const APPENDED = ['rules', 'tests']

/**
 * Merges the other files into the main one.
 * @param roots of the files, the main one first
 */
export function mergeSources(roots: readonly ConfigNode[]): { root: ConfigNode; problems: Problem[] } {
  const entries: Entries = new Map()
  const problems: Problem[] = []
  for (const root of roots) {
    if (root.content.kind === 'map') mergeFile(entries, root.content.entries, problems)
    else if (!isNothing(root)) problems.push({ ...root.at, path: '', message: 'Want a map of settings' })
  }
  const main = roots[0]!
  // What a file that is no map lacks is not worth saying.
  const isGuess = main.isGuess || problems.some(({ file, path }) => file === main.at.file && path === '')
  return { root: { ...main, isGuess, content: { kind: 'map', entries } }, problems }
}

function mergeFile(into: Entries, from: Entries, problems: Problem[]): void {
  for (const [key, node] of from) {
    const known = into.get(key)
    // "rules:" above entries that are all commented out says nothing.
    if (isNothing(node)) continue
    if (!known) into.set(key, node)
    else problems.push(...mergeSection(key, known, node))
  }
}

function mergeSection(key: string, known: ConfigNode, node: ConfigNode): Problem[] {
  if (known.content.kind === 'list' && node.content.kind === 'list' && APPENDED.includes(key)) {
    known.content.items.push(...node.content.items)
    return []
  }
  if (known.content.kind === 'map' && node.content.kind === 'map') {
    const { entries } = known.content
    return [...node.content.entries].flatMap(([name, entry]) => {
      const first = entries.get(name)
      if (first) return duplicate([key, name], entry, first)
      entries.set(name, entry)
      return []
    })
  }
  const isSameVersion = key === 'version' && plainOf(known) === plainOf(node)
  return isSameVersion ? [] : duplicate([key], node, known)
}

function duplicate(path: Path, node: ConfigNode, first: ConfigNode): Problem[] {
  const { file, line } = placeOf(first)
  const place = node.key ?? node.at
  return [{ ...place, path: formatPath(path), message: `Duplicate key, first in ${file}:${line}` }]
}

function isNothing({ content }: ConfigNode): boolean {
  return content.kind === 'scalar' && content.value === null
}
