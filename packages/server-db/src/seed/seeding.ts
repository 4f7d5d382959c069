/** What every part of the seeding shares: the database, the dice, the day it happens on. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { SeededRandom } from './seeded-random.ts'

/** Passed to each writer. */
export interface Seeding {
  db: DatabaseSync
  random: SeededRandom
  /** Every date of the data is counted back from here, so that what is due looks due. */
  today: Date
  customers: number
}

/**
 * A function that inserts one row; the statement is compiled once.
 * @param columns their names, separated by spaces, in the order of the values
 */
export function inserter(db: DatabaseSync, table: string, columns: string) {
  const names = columns.split(' ')
  const statement = db.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`)
  return (...values: SQLInputValue[]) => {
    statement.run(...values)
  }
}

const DAY_MS = 86_400_000

/** `YYYY-MM-DD`, `days` before (or, negative, after) `from`. */
export function dayBefore(from: Date, days: number): string {
  return new Date(from.getTime() - days * DAY_MS).toISOString().slice(0, 10)
}

/** `YYYY-MM-DD HH:MM:SS`, `days` (may be fractional) before `from`. */
export function momentBefore(from: Date, days: number): string {
  return new Date(from.getTime() - days * DAY_MS).toISOString().slice(0, 19).replace('T', ' ')
}
