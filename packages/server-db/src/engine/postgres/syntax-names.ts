/** Reads the names in a list of `String` nodes of a syntax tree. */
import type { SyntaxNode } from './sql-parser.ts'

/** The texts of the `String` nodes; other nodes are left out. */
export function namesOf(list: unknown): string[] {
  if (!Array.isArray(list)) return []
  return list.flatMap((one: SyntaxNode) => ('String' in one ? [String((one.String as SyntaxNode).sval ?? '')] : []))
}

/** A list of `String` nodes. */
export function toNames(names: readonly string[]): SyntaxNode[] {
  return names.map((sval) => ({ String: { sval } }))
}
