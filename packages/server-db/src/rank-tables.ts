/** Orders the tables of a source by how well they answer a search. */
import type { TableFacts } from './engine/query-engine.ts'

/** The tables with any of the words, best first, then by name; all of them when there are no words. */
export function rankTables(tables: readonly TableFacts[], query: string): TableFacts[] {
  const words = query
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
  if (words.length === 0) return [...tables]
  return tables
    .map((table) => ({ table, score: words.reduce((sum, word) => sum + scoreOf(table, word), 0) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || (a.table.name < b.table.name ? -1 : 1))
    .map(({ table }) => table)
}

/** A name says more than a description, a table more than its columns. */
function scoreOf({ name, about, columns }: TableFacts, word: string): number {
  // "customers" should find "customer_id" and the other way round.
  const stem = word.length > 3 ? word.replace(/s$/, '') : word
  const has = (text: string) => text.toLowerCase().includes(stem)
  return (
    (has(name) ? 8 : 0) +
    (has(about) ? 2 : 0) +
    (columns.some((column) => has(column.name)) ? 4 : 0) +
    (columns.some((column) => has(column.about)) ? 1 : 0)
  )
}
