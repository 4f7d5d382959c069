/** The one way to what is stored: statements with named parameters, and transactions. SQLite is behind it, and only this file knows. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { ToolError } from '@causeway/shared-contracts/tool-error'

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
  /**
   * Runs `work` in one transaction: all of it happens, or, when it throws, none.
   * @throws ToolError `busy` when other processes write for longer than a call can wait
   */
  write<Result>(work: () => Result): Result
  /** A part of a transaction: when `work` throws, what the part did is undone and the rest of the transaction stands. */
  part<Result>(work: () => Result): Result
  /** Runs `work` in a transaction and undoes all of it, for an answer that tells what would happen. */
  rehearse<Result>(work: () => Result): Result
  close(): void
}

const BUSY_TIMEOUT_MS = 5_000
/** How long SQLite itself waits for its turn to write, in steps of 1 and 2 ms. */
const TURN_MS = 5
const SQLITE_BUSY = 5
/** Pages kept in memory, KiB: a workspace of 50,000 tasks is read without going to the disk for most of it. */
const CACHE_KIB = 65_536
// Filters combine into many texts; each is cheap to prepare again.
const MAX_PREPARED = 300

/** Opens a database file in write-ahead mode, or `:memory:`. */
export function openDatabase(path: string): Database {
  const connection = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS })
  connection.exec(`PRAGMA journal_mode = WAL; PRAGMA cache_size = -${CACHE_KIB}`)
  const statement = preparing(connection)
  return {
    all: <Row>(sql: string, parameters: Parameters = {}) => statement(sql).all(parameters) as Row[],
    get: <Row>(sql: string, parameters: Parameters = {}) => statement(sql).get(parameters) as Row | undefined,
    run: (sql, parameters = {}) => Number(statement(sql).run(parameters).lastInsertRowid),
    execute: (sql) => connection.exec(sql),
    write: (work) => inTransaction(connection, work, 'COMMIT'),
    rehearse: (work) => inTransaction(connection, work, 'ROLLBACK'),
    part(work) {
      connection.exec('SAVEPOINT part')
      try {
        return work()
      } catch (error) {
        connection.exec('ROLLBACK TO part')
        throw error
      } finally {
        connection.exec('RELEASE part')
      }
    },
    close: () => connection.close(),
  }
}

function inTransaction<Result>(connection: DatabaseSync, work: () => Result, end: 'COMMIT' | 'ROLLBACK'): Result {
  begin(connection)
  try {
    const result = work()
    connection.exec(end)
    return result
  } catch (error) {
    if (connection.isTransaction) connection.exec('ROLLBACK')
    throw error
  }
}

/**
 * Immediate, because a reader that turns writer later cannot wait for its turn. SQLite waits longer after each failure, up to
 * 100 ms, in which another busy process takes one turn after the other; so it is asked to give up soon, and asked again.
 */
function begin(connection: DatabaseSync): void {
  const giveUpAtMs = performance.now() + BUSY_TIMEOUT_MS
  connection.exec(`PRAGMA busy_timeout = ${TURN_MS}`)
  try {
    while (!hasBegun(connection)) {
      if (performance.now() < giveUpAtMs) continue
      throw new ToolError('busy', 'Others are writing; nothing was done. Try again in a second.', {
        retryable: true,
        retry_after_ms: 1_000,
      })
    }
  } finally {
    connection.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`)
  }
}

function hasBegun(connection: DatabaseSync): boolean {
  try {
    connection.exec('BEGIN IMMEDIATE')
    return true
  } catch (error) {
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return false
    throw error
  }
}

function preparing(connection: DatabaseSync): (sql: string) => StatementSync {
  const prepared = new Map<string, StatementSync>()
  return (sql) => {
    const known = prepared.get(sql)
    if (known) return known
    if (prepared.size >= MAX_PREPARED) prepared.clear()
    const fresh = connection.prepare(sql)
    prepared.set(sql, fresh)
    return fresh
  }
}
