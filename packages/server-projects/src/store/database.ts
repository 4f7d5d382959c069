/** The SQLite connection: prepared statements by text, and transactions that wait for their turn. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'

/** Named parameters of a statement (`:name` in its text). */
export type Parameters = Record<string, SQLInputValue>

/** One connection to the workspace. */
export interface Database {
  all<Row>(sql: string, parameters?: Parameters): Row[]
  get<Row>(sql: string, parameters?: Parameters): Row | undefined
  /** @returns the row id of an insert */
  run(sql: string, parameters?: Parameters): number
  /** Runs statements without parameters, such as a schema. */
  execute(sql: string): void
  /** Runs `work` in one transaction: all of it happens, or, when it throws, none. */
  write<Result>(work: () => Result): Result
  close(): void
}

const BUSY_TIMEOUT_MS = 5_000
// Filters combine into many texts; each is cheap to prepare again.
const MAX_PREPARED = 300

/** Opens a database file in write-ahead mode, or `:memory:`. */
export function openDatabase(path: string): Database {
  const connection = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS })
  connection.exec('PRAGMA journal_mode = WAL')
  const prepared = new Map<string, StatementSync>()
  const statement = (sql: string): StatementSync => {
    const known = prepared.get(sql)
    if (known) return known
    if (prepared.size >= MAX_PREPARED) prepared.clear()
    const fresh = connection.prepare(sql)
    prepared.set(sql, fresh)
    return fresh
  }
  return {
    all: <Row>(sql: string, parameters: Parameters = {}) => statement(sql).all(parameters) as Row[],
    get: <Row>(sql: string, parameters: Parameters = {}) => statement(sql).get(parameters) as Row | undefined,
    run: (sql, parameters = {}) => Number(statement(sql).run(parameters).lastInsertRowid),
    execute: (sql) => connection.exec(sql),
    write(work) {
      // Immediate, because a reader that turns writer later cannot wait for its turn.
      connection.exec('BEGIN IMMEDIATE')
      try {
        const result = work()
        connection.exec('COMMIT')
        return result
      } catch (error) {
        if (connection.isTransaction) connection.exec('ROLLBACK')
        throw error
      }
    },
    close: () => connection.close(),
  }
}
