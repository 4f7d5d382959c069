/** Reads one page of tasks in a total order, after the place where the last page ended. */
import type { SQLInputValue } from 'node:sqlite'
import type { Database, Parameters } from './database.ts'
import { scoredMatches } from './search-index.ts'
import { DUE_OR_NEVER, TASK_COLUMNS, TASK_TABLES, type TaskRow } from './task.ts'
import type { Conditions } from './task-filter.ts'

type SortKey = readonly [expression: string, direction: 'ASC' | 'DESC']

const DUE: SortKey = [DUE_OR_NEVER, 'ASC']
const PRIORITY: SortKey = ['t.priority', 'ASC']
const NEWEST: SortKey = ['t.id', 'DESC']

/** Orders of tasks; each ends in the id, so that no two tasks share a place. */
const SORTS = {
  due: [DUE, PRIORITY, NEWEST],
  priority: [PRIORITY, DUE, NEWEST],
  updated: [['t.updated_at', 'DESC'], NEWEST],
  created: [NEWEST],
  relevance: [['h.score', 'DESC'], NEWEST],
} as const satisfies Record<string, readonly SortKey[]>

/** A known order of tasks. */
export type Sort = keyof typeof SORTS

/** What to read. */
export interface TaskQuery {
  conditions: Conditions
  sort: Sort
  /** Quoted search terms; without them every task matches, and `relevance` is no order. */
  terms?: readonly string[]
  /** The place of the last task already seen. */
  after?: readonly SQLInputValue[] | undefined
  limit: number
}

/** A task and its place in the order, for the next page. */
export interface PlacedTask {
  row: TaskRow
  place: SQLInputValue[]
}

/** One page, how many tasks match in all, and whether more follow the page. */
export function findTasks(
  db: Database,
  query: TaskQuery,
): { found: PlacedTask[]; total: number; isFollowedByMore: boolean } {
  const keys: readonly SortKey[] = SORTS[query.sort]
  const places = keys.map((_, i) => `place${i}`)
  const matching = matchingTasks(query, keys)
  const after = Object.fromEntries((query.after ?? []).map((value, i) => [`after${i}`, value]))
  // All else is read for the rows of the page alone.
  const rows = db.all<TaskRow & Record<string, SQLInputValue>>(
    `${matching.before} SELECT ${TASK_COLUMNS}, ${places.map((place) => `page.${place}`).join(', ')}, ${matching.total} AS total
     FROM (${matching.select} ${query.after ? `AND ${beyond(matching.keys)}` : ''} ORDER BY ${orderBy(matching.keys)} LIMIT :limit) page
       CROSS JOIN ${TASK_TABLES} WHERE t.id = page.id
     ORDER BY ${orderBy(keys.map(([, direction], i) => [`page.place${i}`, direction]))}`,
    { ...matching.parameters, ...after, limit: query.limit + 1 },
  )
  const found = rows
    .slice(0, query.limit)
    .map((row) => ({ row, place: places.map((place) => row[place] as SQLInputValue) }))
  const total = (rows[0]?.total as number | undefined) ?? countAll(db, matching)
  return { found, total, isFollowedByMore: rows.length > query.limit }
}

/** The tasks that match, as SQL: their ids and places by `select`, to which conditions may be added, their number by `total`. */
interface Matching {
  before: string
  select: string
  keys: readonly SortKey[]
  total: string
  parameters: Parameters
}

// Words are looked up once, for the page and the number of all. Without words the index is read for each, which has the tasks in order.
function matchingTasks({ conditions, terms }: TaskQuery, keys: readonly SortKey[]): Matching {
  const matches = terms ? scoredMatches(terms) : undefined
  // Cross joins are made in the order in which they stand: from the tasks to their states.
  const tables = `${matches ? `${matches.sql} h CROSS JOIN tasks t ON t.id = h.id` : 'tasks t'} CROSS JOIN workflow_states s ON s.id = t.state_id`
  const from = `FROM ${tables} WHERE ${conditions.where.join(' AND ')}`
  const select = `SELECT t.id, ${keys.map(([expression], i) => `${expression} AS place${i}`).join(', ')} ${from}`
  const parameters = { ...conditions.parameters, ...matches?.parameters }
  if (!matches) return { before: '', select, keys, total: `(SELECT count(*) ${from})`, parameters }
  return {
    before: `WITH found AS MATERIALIZED (${select})`,
    select: 'SELECT * FROM found WHERE true',
    keys: keys.map(([, direction], i) => [`place${i}`, direction]),
    total: '(SELECT count(*) FROM found)',
    parameters,
  }
}

// A page without rows says nothing of the others.
function countAll(db: Database, { before, total, parameters }: Matching): number {
  return db.get<{ total: number }>(`${before} SELECT ${total} AS total`, parameters)?.total ?? 0
}

function orderBy(keys: readonly SortKey[]): string {
  return keys.map(([expression, direction]) => `${expression} ${direction}`).join(', ')
}

// a beyond, or a equal and b beyond, or …: directions differ, so a row comparison cannot say it.
function beyond(keys: readonly SortKey[]): string {
  const alternatives = keys.map(([expression, direction], i) => {
    const equal = keys.slice(0, i).map(([earlier], j) => `${earlier} = :after${j}`)
    return `(${[...equal, `${expression} ${direction === 'ASC' ? '>' : '<'} :after${i}`].join(' AND ')})`
  })
  // The first key alone follows from the rest, but lets an index begin at the place instead of at the first row.
  const [[first, direction]] = keys as [SortKey]
  return `(${first} ${direction === 'ASC' ? '>=' : '<='} :after0 AND (${alternatives.join(' OR ')}))`
}
