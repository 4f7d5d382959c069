/** Configuration values that remember where they were written, so that every problem can point at its cause. */
import { formatPath, type Path, type Position, type Problem } from './problem.ts'

/** A value with its place. */
export interface ConfigNode {
  /** Where the value starts. */
  at: Position
  /** Where its key starts, for a value in a map. */
  key?: Position
  content:
    | { kind: 'map'; entries: Map<string, ConfigNode> }
    | { kind: 'list'; items: ConfigNode[] }
    | { kind: 'scalar'; value: unknown }
  /** It contains or follows a syntax error: how it was read is a guess, and problems in it are noise. */
  isGuess: boolean
}

/** The value without its places. */
export function plainOf({ content }: ConfigNode): unknown {
  if (content.kind === 'map') return Object.fromEntries([...content.entries].map(([key, node]) => [key, plainOf(node)]))
  if (content.kind === 'list') return content.items.map(plainOf)
  return content.value
}

/** The child by key or index. */
export function childOf({ content }: ConfigNode, step: string | number): ConfigNode | undefined {
  if (content.kind === 'map') return content.entries.get(String(step))
  if (content.kind === 'list') return content.items[Number(step)]
  return undefined
}

/** The node at the path, if there is one. */
export function nodeAt(root: ConfigNode, path: Path): ConfigNode | undefined {
  let node: ConfigNode | undefined = root
  for (const step of path) node = node && childOf(node, step)
  return node
}

/** The plain value at the path, if there is one. */
export function valueAt(root: ConfigNode, path: Path): unknown {
  const node = nodeAt(root, path)
  return node && plainOf(node)
}

/** Every existing path that fits the pattern, in which `*` is any key or index. */
export function pathsLike(root: ConfigNode, pattern: readonly string[]): Path[] {
  const [step, ...rest] = pattern
  if (step === undefined) return [[]]
  return stepsOf(root)
    .filter((key) => step === '*' || step === key)
    .flatMap((key) => pathsLike(childOf(root, key)!, rest).map((path) => [key, ...path]))
}

/** Every node that is no map and no list, with its path. */
export function* scalarsIn(node: ConfigNode, path: Path = []): Generator<[Path, ConfigNode]> {
  if (node.content.kind === 'scalar') yield [path, node]
  for (const step of stepsOf(node)) yield* scalarsIn(childOf(node, step)!, [...path, step])
}

/** Where to send a reader: to a scalar itself, else to the key that leads to the value. */
export function placeOf(node: ConfigNode): Position {
  return node.content.kind === 'scalar' ? node.at : (node.key ?? node.at)
}

/** The problem at a path, or at the nearest place above it that was written; none where the reading is a guess. */
export function problemAt(root: ConfigNode, path: Path, message: string): Problem[] {
  let node = root
  for (const step of path) {
    const child = childOf(node, step)
    if (!child) break
    node = child
  }
  return node.isGuess ? [] : [{ ...placeOf(node), path: formatPath(path), message }]
}

function stepsOf({ content }: ConfigNode): (string | number)[] {
  if (content.kind === 'map') return [...content.entries.keys()]
  return content.kind === 'list' ? [...content.items.keys()] : []
}
