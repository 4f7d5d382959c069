/** Runs a transaction on the write connection: always rolled back, unless its effects are exactly those that were confirmed. */
import { ADMIN, columnRule, mayWrite, rowFilter, tablePolicy, type WriteAction } from '../../policy/source-policy.ts'
import { quoteName } from '../../quote-name.ts'
import type { ResultValue } from '../query-engine.ts'
import {
  type ChangedRow,
  MAX_EFFECT_ROWS,
  type TransactionEffect,
  type TransactionReport,
  type TransactionRequest,
} from '../transaction.ts'
import { captureChanges, type RowImage } from './capture-changes.ts'
import type { DbClient } from './db-client.ts'
import { digestChanges, type TableChange } from './digest-changes.ts'
import type { Lens } from './policy-select.ts'
import { type PreparedWrite, prepareWrite } from './prepare-write.ts'
import type { BaseSchema, BaseTable } from './read-base-schema.ts'
import { refuse } from './refuse.ts'
import { toQueryFailure } from './safe-error.ts'
import { loadSqlParser } from './sql-parser.ts'

interface Ground {
  base: BaseSchema
  lens: Lens
}

/** @throws {QueryFailure} for a statement that is refused; one that fails while it runs is told in the report */
export async function runTransaction(
  client: DbClient,
  { statements, expectedDigest }: TransactionRequest,
  ground: Ground,
): Promise<TransactionReport> {
  const parser = await loadSqlParser()
  const writes = statements.map((statement) => prepareWrite(parser, statement, ground))
  const [{ now } = {}] = await client.rows('SELECT to_jsonb(now())::text AS now', [])
  const { changes, failure } = await runAll(client, writes, ground)
  const told = {
    effects: effectsOf(changes, ground.lens),
    tables: failure ? [] : await countTables(client, changes),
    digest: digestChanges(changes, writes, String(now)),
  }
  if (failure || expectedDigest !== told.digest) return { ...told, isCommitted: false, failure }
  await client.execute('COMMIT', [])
  return { ...told, isCommitted: true, failure: null }
}

async function runAll(client: DbClient, writes: readonly PreparedWrite[], ground: Ground) {
  const changes: TableChange[] = []
  for (const [statement, write] of writes.entries()) {
    try {
      const made = await captureChanges(client, write, (table, action) => void judgeTouch(table, action, ground))
      changes.push(
        ...made.map(({ schema, relation, ...one }) => ({
          ...one,
          statement,
          table: tableOf(ground, { schema, relation })!,
        })),
      )
      // What is only checked at the end of the transaction is wanted now.
      if (statement === writes.length - 1) await client.execute('SET CONSTRAINTS ALL IMMEDIATE', [])
    } catch (error) {
      return { changes, failure: { statement, message: failureText(error, ground) } }
    }
  }
  return { changes, failure: null }
}

/** What cascades and triggers do counts as if the statement had said it. */
function judgeTouch(place: { schema: string; relation: string }, action: WriteAction, ground: Ground): void {
  const { policy, viewer } = ground.lens
  const table = tableOf(ground, place)
  const rules = table && tablePolicy(policy, table.name)
  if (!mayWrite(rules, action, viewer.role) || rowFilter(rules, viewer.role))
    refuse('write_allow_list', `The statement would also ${action} rows of a table that your role may not write so.`)
}

function tableOf({ base }: Ground, { schema, relation }: { schema: string; relation: string }): BaseTable | undefined {
  return [...base.tables.values()].find((table) => table.schema === schema && table.relation === relation)
}

/** @throws {QueryFailure} for what is no failure of the statement itself */
function failureText(error: unknown, { lens }: Ground): string {
  const failure = toQueryFailure(error)
  const { kind, message } = failure.shape
  if (kind !== 'sql') throw failure
  const { constraint } = error as { constraint?: string }
  // The name of a constraint may tell of a column.
  return constraint && lens.viewer.role === ADMIN ? `${message} (constraint ${constraint})` : message
}

function effectsOf(changes: readonly TableChange[], lens: Lens): TransactionEffect[] {
  const groups = Map.groupBy(changes, ({ statement, table, action }) => `${statement} ${action} ${table.name}`)
  return [...groups.values()].map((group) => {
    const { statement, table, action } = group[0]!
    const rows = group.slice(0, MAX_EFFECT_ROWS).map((change) => toChangedRow(change, lens))
    return { statement, table: table.name, action, rowCount: group.length, rows }
  })
}

function toChangedRow({ table, before, after }: TableChange, { policy, viewer }: Lens): ChangedRow {
  const rules = tablePolicy(policy, table.name)
  // Of a changed row, its key and what changed say it all.
  const told = table.columns.filter(
    ({ name, primaryKey }) =>
      columnRule(rules, name, viewer.role) === 'open' &&
      (!before || !after || primaryKey || JSON.stringify(before[name]) !== JSON.stringify(after[name])),
  )
  const shown = (image: RowImage | null) =>
    image && Object.fromEntries(told.map(({ name }) => [name, toValue(image[name])]))
  return { before: shown(before), after: shown(after) }
}

const MAX_CHARS = 200

function toValue(value: unknown): ResultValue {
  if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean')
    return value ?? null
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS).toWellFormed()}…` : text
}

async function countTables(client: DbClient, changes: readonly TableChange[]): Promise<TransactionReport['tables']> {
  const counts: TransactionReport['tables'] = []
  for (const table of new Set(changes.map((change) => change.table))) {
    const [row] = await client.rows(
      `SELECT count(*) AS n FROM ${quoteName(table.schema)}.${quoteName(table.relation)}`,
      [],
    )
    const by = (action: WriteAction) => changes.filter((one) => one.table === table && one.action === action).length
    const rowsAfter = Number(row?.n)
    counts.push({ table: table.name, rowsBefore: rowsAfter - by('insert') + by('delete'), rowsAfter })
  }
  return counts.sort((a, b) => (a.table < b.table ? -1 : 1))
}
