/** Runs a transaction in the child process, on a connection that can write: always rolled back, unless its effects are exactly those that were confirmed. */
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { columnRule, mayWrite, tablePolicy } from '../../policy/source-policy.ts'
import type { Viewer } from '../../policy/viewer.ts'
import { quoteName } from '../../quote-name.ts'
import { QueryFailure } from '../query-failure.ts'
import type { TransactionReport, TransactionStatement } from '../transaction.ts'
import { type ChangeRecord, recordChanges } from './capture-changes.ts'
import { closeForInsert, throwClosedColumn } from './closed-columns.ts'
import { bindParameters, refuseOddText, refuseTrailingText } from './compile-statement.ts'
import { effectsOf } from './effects-of.ts'
import { LIMITS, realNames, type SourceInit } from './guarded-connection.ts'
import { type BaseTable, readBaseTables } from './read-base-tables.ts'
import type { TransactJob } from './source-job.ts'
import { createWriteAuthorizer, type WriteAuthorizer } from './write-authorizer.ts'

/** Most rows that one transaction may change. */
const MAX_CHANGES = 10_000

interface Writing {
  db: DatabaseSync
  source: SourceInit
  viewer: Viewer
  tables: readonly BaseTable[]
  record: ChangeRecord
  authorizer: WriteAuthorizer
}

/** @throws {QueryFailure} for a statement that is refused or does not compile; one that fails while it runs is told in the report */
export function runTransaction(source: SourceInit, viewer: Viewer, job: TransactJob): TransactionReport {
  const db = openForWriting(source)
  try {
    const { tables, others } = readBaseTables(db, 'main')
    const record = recordChanges(db, tables)
    const triggers = db.prepare("SELECT name FROM main.sqlite_schema WHERE type = 'trigger'").all()
    begin(db)
    const authorizer = createWriteAuthorizer({
      policy: source.policy,
      role: viewer.role,
      isOwn: record.isOwn,
      real: realNames(db),
      tables: new Set([...tables.map(({ name }) => name), ...others].map((name) => name.toLowerCase())),
      triggers: new Set(triggers.map(({ name }) => String(name))),
    })
    return report({ db, source, viewer, tables, record, authorizer }, job)
  } finally {
    // Rolls back whatever was not committed.
    db.close()
  }
}

/** Rolls back what a killed process left half done, which a read-only connection cannot. */
export function recoverSource({ writeFile }: SourceInit): boolean {
  if (writeFile === undefined) return false
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(existing(writeFile), { timeout: 0 })
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
    return true
  } catch {
    return false
  } finally {
    db?.close()
  }
}

function openForWriting({ writeFile }: SourceInit): DatabaseSync {
  if (writeFile === undefined) throw new QueryFailure('refused', 'There is no write connection.', 'write_allow_list')
  const options = { allowExtension: false, defensive: true, enableForeignKeyConstraints: true, timeout: 2_000 }
  const db = new DatabaseSync(existing(writeFile), { ...options, limits: { ...LIMITS, attach: 0, triggerDepth: 50 } })
  // A row that REPLACE takes away is recorded only so.
  db.exec('PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF; PRAGMA recursive_triggers = ON')
  return db
}

/** A file that is missing is an error, and not made. */
function existing(file: string): URL {
  const url = pathToFileURL(file)
  url.searchParams.set('mode', 'rw')
  return url
}

function begin(db: DatabaseSync): void {
  try {
    db.exec('BEGIN IMMEDIATE')
  } catch {
    throw new QueryFailure('busy', 'Somebody else is writing to the database.')
  }
}

function report(writing: Writing, { statements, expectedDigest }: TransactJob): TransactionReport {
  const { db, record, source, viewer, tables } = writing
  const failure = runAll(writing, statements)
  db.setAuthorizer(null)
  const changes = record.changes()
  const effects = effectsOf(changes, tables, { policy: source.policy, viewer })
  const digest = record.digest()
  const counts = [...new Set(changes.map(({ table }) => table))].sort().map((table) => {
    const rowsAfter = Number(db.prepare(`SELECT count(*) AS n FROM main.${quoteName(table)}`).get()?.n)
    const by = (action: string) => changes.filter((one) => one.table === table && one.action === action).length
    return { table, rowsBefore: rowsAfter - by('insert') + by('delete'), rowsAfter }
  })
  const told = { effects, tables: counts, digest }
  if (failure || expectedDigest !== digest) return { ...told, isCommitted: false, failure }
  try {
    db.exec('COMMIT')
  } catch (error) {
    const isBusy = /locked|busy/.test((error as Error).message)
    if (isBusy) throw new QueryFailure('busy', 'Readers kept the database from being written.')
    return {
      ...told,
      isCommitted: false,
      failure: { statement: statements.length - 1, message: toMessage(error, writing) },
    }
  }
  return { ...told, isCommitted: true, failure: null }
}

/** Runs the statements until one fails, and says which. */
function runAll(writing: Writing, statements: readonly TransactionStatement[]): TransactionReport['failure'] {
  const { db, authorizer, record } = writing
  for (const [i, { sql, params }] of statements.entries()) {
    db.setAuthorizer(null)
    record.begin(i)
    db.setAuthorizer(authorizer.decide)
    const statement = compile(writing, sql)
    const bindings = bindParameters(statement, params)
    const closed = closeColumns(writing)
    try {
      statement.run(bindings)
    } catch (error) {
      if (authorizer.denial) throw authorizer.denial
      throwClosedColumn(error)
      return { statement: i, message: toMessage(error, writing) }
    }
    db.setAuthorizer(null)
    closed.open()
    judgeChanges(writing)
  }
  return null
}

function compile({ db, authorizer }: Writing, sql: string): StatementSync {
  refuseOddText(sql)
  authorizer.begin(sql)
  const statement = prepare(db, sql, authorizer)
  refuseTrailingText(db, sql.slice(statement.sourceSQL.length))
  if (!authorizer.writes) throw new QueryFailure('refused', 'The statement changes no rows.', 'write_only')
  return statement
}

function prepare(db: DatabaseSync, sql: string, authorizer: WriteAuthorizer): StatementSync {
  try {
    return db.prepare(sql)
  } catch (error) {
    if (authorizer.denial) throw authorizer.denial
    throw new QueryFailure('sql', error instanceof Error ? error.message : 'The statement does not compile')
  }
}

/** SQLite does not say which columns an INSERT gives values for. */
function closeColumns({ db, authorizer, tables, source, viewer, record }: Writing): { open(): void } {
  const targets = tables.filter(({ name }) => authorizer.insertsInto.has(name))
  db.setAuthorizer(null)
  const closed = closeForInsert(db, targets, { lens: { policy: source.policy, viewer }, nameOf: record.nameOf })
  db.setAuthorizer(authorizer.decide)
  return closed
}

/** What REPLACE, cascades and triggers did counts as if the statement had said it. */
function judgeChanges({ record, source, viewer }: Writing): void {
  if (record.count() > MAX_CHANGES)
    throw new QueryFailure('too_heavy', `The transaction changes more than ${MAX_CHANGES} rows.`)
  for (const { table, action } of record.changes())
    if (!mayWrite(tablePolicy(source.policy, table), action, viewer.role))
      throw new QueryFailure(
        'refused',
        `The statement would also ${action} rows of a table that your role may not write so.`,
        'write_allow_list',
      )
}

/** SQLite's constraints name columns and no values; what a trigger says could be anything. */
function toMessage(error: unknown, { source, viewer }: Writing): string {
  const message = error instanceof Error ? error.message : ''
  const isKnown = /^(UNIQUE|NOT NULL|CHECK|FOREIGN KEY|PRIMARY KEY) constraint failed|^cannot store \w+ value in/.test(
    message,
  )
  if (!isKnown) return 'A rule of the database refused it'
  const named = [...message.matchAll(/(\w+)\.(\w+)/g)]
  const isSeen = named.every(
    ([, table, column]) => columnRule(tablePolicy(source.policy, table!), column!, viewer.role) !== 'hidden',
  )
  return isSeen ? message : `${message.split(':')[0]}`
}
