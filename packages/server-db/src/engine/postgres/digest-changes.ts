/** One text for everything that a transaction changed: equal exactly when the changes are, whatever keys a sequence gave and whenever it ran. */
import { createHash } from 'node:crypto'
import type { Change, RowImage } from './capture-changes.ts'
import type { PreparedWrite } from './prepare-write.ts'
import type { BaseTable } from './read-base-schema.ts'

/** A change, with the statement that made it and the table as the source knows it. */
export interface TableChange extends Omit<Change, 'schema' | 'relation'> {
  statement: number
  table: BaseTable
}

/**
 * Keys that a sequence gave, and references to them, stand as the how manieth of their kind they are; the moment of the
 * transaction stands as itself.
 * @param now that moment as JSON
 * @returns hex SHA-256
 */
export function digestChanges(changes: readonly TableChange[], writes: readonly PreparedWrite[], now: string): string {
  const generated = generatedKeys(changes, writes)
  const lines = changes.map(({ statement, table, action, before, after }) => {
    const row = (image: RowImage | null) =>
      image &&
      Object.entries(image).map(([column, value]) => {
        if (JSON.stringify(value) === now) return [column, { now: true }]
        return [column, generated.get(keyOf(...originOf(table, column), value)) ?? value]
      })
    return JSON.stringify([statement, table.name, action, row(before), row(after)])
  })
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex')
}

/** Only what this transaction made is new each time; a key that was there before is itself. */
function generatedKeys(changes: readonly TableChange[], writes: readonly PreparedWrite[]) {
  const found = new Map<string, { generated: number }>()
  for (const { statement, table, action, after } of changes) {
    if (action !== 'insert' || !after) continue
    const { table: target, given } = writes[statement]!
    for (const { name, isSequence } of table.columns)
      if (isSequence && !(table === target && given.has(name)))
        found.set(keyOf(table.name, name, after[name]), { generated: found.size })
  }
  return found
}

/** The column that a reference leads to, or the column itself. */
function originOf(table: BaseTable, column: string): [table: string, column: string] {
  const key = table.foreignKeys.find(({ columns }) => columns.length === 1 && columns[0] === column)
  return key ? [key.table, key.toColumns[0]!] : [table.name, column]
}

function keyOf(table: string, column: string, value: unknown): string {
  return JSON.stringify([table, column, value])
}
