/** What is wrong in databases.yaml, and where: one line each, all at once. */
import { isMap, isNode, isScalar, isSeq, type LineCounter } from 'yaml'

/** Keys and indexes from the top. */
export type Path = readonly (string | number)[]

/** The file as nodes, for pointing into it. */
export interface Located {
  file: string
  root: unknown
  lines: LineCounter
}

/** A databases.yaml that cannot be used, with everything that is wrong in it. */
export class DatabasesError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'DatabasesError'
  }
}

/** `databases.yaml:6:10 databases.crm.engine: message`, at the value, or at the nearest place above that was written. */
export function problemAt({ file, root, lines }: Located, path: Path, message: string): string {
  let node = root
  let place = root
  for (const step of path) {
    const found = childAt(node, step)
    if (!found) break
    node = found.value
    // A whole map is best shown by the key that leads to it.
    place = isScalar(found.value) || !found.key ? found.value : found.key
  }
  const { line, col } = lines.linePos((isNode(place) && place.range?.[0]) || 0)
  return `${file}:${line}:${col} ${path.length > 0 ? `${path.join('.')}: ` : ''}${message}`
}

function childAt(node: unknown, step: string | number): { key?: unknown; value: unknown } | undefined {
  if (isSeq(node)) return node.items[Number(step)] === undefined ? undefined : { value: node.items[Number(step)] }
  if (!isMap(node)) return undefined
  return node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
}
