/** Keeps an INSERT from giving values to columns that are closed to its role: whether a value is taken would tell what is there. */
import type { DatabaseSync } from 'node:sqlite'
import { columnRule, tablePolicy } from '../../policy/source-policy.ts'
import { quoteName } from '../../quote-name.ts'
import { QueryFailure } from '../query-failure.ts'
import type { Lens } from './policy-view.ts'
import type { BaseColumn, BaseTable } from './read-base-tables.ts'

const MESSAGE = 'closed column of '

/** Makes a TEMP trigger for each table that has closed columns; `open` takes them away again. */
export function closeForInsert(
  db: DatabaseSync,
  tables: readonly BaseTable[],
  { lens: { policy, viewer }, nameOf }: { lens: Lens; nameOf(purpose: string): string },
): { open(): void } {
  const made = tables.flatMap((table, i) => {
    const closed = table.columns.filter(
      ({ name, isGenerated }) =>
        !isGenerated && columnRule(tablePolicy(policy, table.name), name, viewer.role) !== 'open',
    )
    if (closed.length === 0) return []
    const name = nameOf(`closed_${i}`)
    db.exec(`CREATE TEMP TRIGGER ${name} BEFORE INSERT ON main.${quoteName(table.name)} WHEN ${closed.map(isGiven).join(' OR ')}
      BEGIN SELECT RAISE(ABORT, '${(MESSAGE + table.name).replaceAll("'", "''")}'); END`)
    return [name]
  })
  return {
    open() {
      for (const name of made) db.exec(`DROP TRIGGER temp.${name}`)
    },
  }
}

// A value that is still to be made for a key reads as -1.
function isGiven(column: BaseColumn): string {
  const value = `NEW.${quoteName(column.name)}`
  const unset = `(${column.default ?? 'NULL'})`
  return column.primaryKey && column.type === 'integer'
    ? `(${value} IS NOT ${unset} AND ${value} IS NOT -1)`
    : `${value} IS NOT ${unset}`
}

/** @throws {QueryFailure} `refused` for the error of such a trigger */
export function throwClosedColumn(error: unknown): void {
  const { message = '' } = error as Error
  if (message.startsWith(MESSAGE))
    throw new QueryFailure(
      'refused',
      `Your role may not give values to all columns of ${message.slice(MESSAGE.length)}.`,
      'write_allow_list',
      'Name the columns that describe_table shows without a mask, and leave the others out.',
    )
}
