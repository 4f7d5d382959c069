/** Finds operations by the words of what somebody wants to do. */
import type { Operation } from './operation.ts'
import { wordsIn } from './operation-catalog.ts'

const WEIGHTS = { id: 4, title: 3, connector: 3, path: 1.5, description: 1 }
/** Words that say nothing about an operation. */
const EMPTY = new Set([
  'the',
  'an',
  'of',
  'to',
  'in',
  'for',
  'on',
  'and',
  'or',
  'with',
  'by',
  'from',
  'all',
  'my',
  'me',
])
const ALIKE: Record<string, string> = {
  find: 'search',
  show: 'get',
  read: 'get',
  fetch: 'get',
  retrieve: 'get',
  add: 'create',
  new: 'create',
  make: 'create',
  post: 'create',
  open: 'create',
  remove: 'delete',
  edit: 'update',
  change: 'update',
  ticket: 'issue',
  pr: 'pull',
  bill: 'invoice',
}

/** An operation with how well it fits; the best first, and equals in the order of the catalog. */
export interface RankedOperation {
  operation: Operation
  score: number
}

/** @param query empty for all operations in their order */
export function rankOperations(operations: readonly Operation[], query: string): RankedOperation[] {
  const terms = [...new Set(stems(query))].filter((word) => !EMPTY.has(word))
  if (terms.length === 0) return operations.map((operation) => ({ operation, score: 0 }))
  const indexed = operations.map((operation) => ({ operation, fields: fieldsOf(operation) }))
  const weights = terms.map((term) => rarity(term, indexed))
  return indexed
    .map(({ operation, fields }) => ({ operation, score: scoreOf(fields, terms, weights) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
}

interface Field {
  weight: number
  words: ReadonlySet<string>
}

function fieldsOf(operation: Operation): Field[] {
  const names = Object.keys(WEIGHTS) as (keyof typeof WEIGHTS)[]
  return names.map((field) => ({ weight: WEIGHTS[field], words: new Set(stems(operation[field])) }))
}

/** A word that few operations have says more. */
function rarity(term: string, indexed: readonly { fields: readonly Field[] }[]): number {
  const having = indexed.filter(({ fields }) => fields.some(({ words }) => words.has(term))).length
  return Math.log(1 + indexed.length / (1 + having))
}

function scoreOf(fields: readonly Field[], terms: readonly string[], weights: readonly number[]): number {
  const scores = terms.map((term, i) => {
    const best = fields.map(({ weight, words }) => (words.has(term) ? weight : hasStart(words, term) ? weight / 2 : 0))
    return (weights[i] ?? 1) * Math.max(0, ...best)
  })
  const matched = scores.filter((score) => score > 0).length
  // Half the words met twice over must not beat all of them met once.
  return scores.reduce((sum, score) => sum + score, 0) * (matched / terms.length)
}

function hasStart(words: ReadonlySet<string>, term: string): boolean {
  return term.length > 3 && [...words].some((word) => word.startsWith(term))
}

function stems(text: string): string[] {
  return wordsIn(text).map((word) => {
    const single = word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word
    return ALIKE[single] ?? single
  })
}
