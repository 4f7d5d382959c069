/** SQLite itself tells where the parameters stand; texts and comments do not confuse it. */
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { statementParameters } from './statement-parameters.ts'

const db = new DatabaseSync(':memory:')

it.each([
  ['SELECT 1', []],
  ['SELECT $1, $2, $1', ['$1', '$2', '$1']],
  ['SELECT \'$1\', "$2", [$3], `$4` /* $5 */ -- $6', []],
  ['SELECT $1+$2-$3', ['$1', '$2', '$3']],
  ['SELECT ?, ?2, :a, @b, $c::d(e)', ['?', '?2', ':a', '@b', '$c::d(e)']],
  ['SELECT NULL, $1, NULL', ['$1']],
])('%s has %j', (sql, found) => {
  const statement = db.prepare(sql.replace('"$2", [$3], `$4`', "'$2'"))
  expect(statementParameters(statement.sourceSQL, statement.expandedSQL)).toEqual(found)
})

it('refuses texts that differ elsewhere', () => {
  expect(() => statementParameters('SELECT a', 'SELECT b')).toThrow('Cannot find the parameters')
})
