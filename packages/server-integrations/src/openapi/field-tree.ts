/** The fields that a result keeps, as a tree. */

/** Property → the fields kept of it; an empty tree keeps all. */
export type FieldTree = Map<string, FieldTree>

/** Makes the tree of paths like `items.owner.login`; a shorter path keeps all that is below. */
export function fieldTree(paths: readonly string[]): FieldTree {
  const tree: FieldTree = new Map()
  for (const path of paths) {
    let at = tree
    for (const key of path.split('.')) {
      const next: FieldTree = at.get(key) ?? new Map()
      at.set(key, next)
      at = next
    }
    at.clear()
  }
  return tree
}
