/** A database of the user's own, imported by the command and asked beside the shipped one. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDatabases, rowsOf } from './open-test-db.ts'

const run = promisify(execFile)
const COMMAND = join(import.meta.dirname, '../cli/import.ts')

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'causeway-import-'))
  const db = new DatabaseSync(join(dir, 'shop.db'))
  db.exec(`CREATE TABLE "odd.name" (id INTEGER PRIMARY KEY, "a ""b" TEXT);
    CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT);
    INSERT INTO people VALUES (1, 'ada@shop.example');`)
  db.close()
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const importing = (...args: string[]) =>
  run(process.execPath, ['--disable-warning=ExperimentalWarning', COMMAND, '--data', join(dir, 'data'), ...args])

it('is added for admins alone, and served beside the others', async () => {
  const { stdout } = await importing('shop', '--file', join(dir, 'shop.db'), '--about', 'A small shop')
  expect(stdout).toContain('people: 2 columns, for admins alone')
  const text = readFileSync(join(dir, 'data/databases.yaml'), 'utf8')
  expect(text).toContain('# The databases that server-db offers')
  expect(text).toMatch(/shop:\n {4}# Imported: every column is for admins alone/)

  const db = await openDatabases(join(dir, 'data'))
  try {
    const list = await db.call('operator', 'list_databases', {})
    expect((list.structuredContent.databases as { id: string }[]).map(({ id }) => id)).toEqual(['helpdesk', 'shop'])
    const query = { database: 'shop', sql: 'SELECT email FROM people' }
    expect(rowsOf(await db.call('operator', 'run_query', query))).toEqual([['ada@shop.example']])
    expect((await db.call('support', 'run_query', query)).isError).toBe(true)
    expect((await db.call('operator', 'describe_table', { database: 'shop', table: 'odd.name' })).isError).toBeFalsy()
    const ambiguous = await db.call('operator', 'run_query', { sql: 'SELECT 1' })
    expect(ambiguous.content[0].text).toContain('Name one of: helpdesk, shop')
  } finally {
    await db.close()
  }
})

it.each([
  [['helpdesk', '--file', 'FILE'], 'has a database of this name'],
  [['other', '--file', '/no/such.db'], 'no such file'],
  [['other', '--url-env', 'CAUSEWAY_NO_SUCH'], 'environment variable "CAUSEWAY_NO_SUCH" is not set'],
  [['Bad Id', '--file', 'FILE'], 'Want an id in lower case'],
])('%j is refused', async (args, message) => {
  const given = args.map((arg) => (arg === 'FILE' ? join(dir, 'shop.db') : arg))
  await expect(importing(...given)).rejects.toMatchObject({ stderr: expect.stringContaining(message) })
})
