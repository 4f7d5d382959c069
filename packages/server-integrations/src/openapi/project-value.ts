/** A result of which only some fields are kept. */
import { type FieldTree, fieldTree } from './field-tree.ts'
import { isRecord } from './json.ts'

/** Projects a value to paths of fields; lists are passed through. */
export function projectValue(value: unknown, paths: readonly string[]): unknown {
  return project(value, fieldTree(paths))
}

/** The value at a path like `data.next_page.offset`; an empty path is the value itself. */
export function valueAt(value: unknown, path: string): unknown {
  if (path === '') return value
  return path
    .split('.')
    .reduce<unknown>((at, key) => (isRecord(at) && Object.hasOwn(at, key) ? at[key] : undefined), value)
}

/** The value with another at a path that exists. */
export function withValueAt(value: unknown, path: string, replacement: unknown): unknown {
  if (path === '') return replacement
  const [key = '', ...rest] = path.split('.')
  return isRecord(value) ? { ...value, [key]: withValueAt(value[key], rest.join('.'), replacement) } : value
}

function project(value: unknown, tree: FieldTree): unknown {
  if (tree.size === 0) return value
  if (Array.isArray(value)) return value.map((one) => project(one, tree))
  if (!isRecord(value)) return value
  const kept = [...tree].filter(([key]) => Object.hasOwn(value, key))
  return Object.fromEntries(kept.map(([key, subtree]) => [key, project(value[key], subtree)]))
}
