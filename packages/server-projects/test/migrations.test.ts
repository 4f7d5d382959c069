/** Every released schema, from a stored database, to the present one: nothing lost, the same tables as a new file has. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Database, openDatabase } from '../src/store/database.ts'
import { migrate, STEPS } from '../src/store/migrations/migrate.ts'
import { openWorkspace } from './open-workspace.ts'

const GOLDEN = join(import.meta.dirname, 'golden')
const released = readdirSync(GOLDEN).map((file) => Number(/^schema-(\d+)\.sqlite\.gz$/.exec(file)?.[1]))

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'causeway-migrations-'))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

function unpack(version: number, file: string): string {
  writeFileSync(file, gunzipSync(readFileSync(join(GOLDEN, `schema-${version}.sqlite.gz`))))
  return file
}

function tablesOf(db: Database): { name: string; sql: string }[] {
  return db.all(`SELECT name, replace(replace(sql, '"', ''), char(10), ' ') AS sql FROM sqlite_schema
    WHERE sql IS NOT NULL AND name NOT LIKE 'task_search_%' ORDER BY name`)
}

function dataOf(db: Database, tables: readonly string[]): Record<string, unknown[]> {
  return Object.fromEntries(tables.map((table) => [table, db.all(`SELECT * FROM ${table} ORDER BY 1, 2`)]))
}

it('has a stored database of every schema that was released before this one', () => {
  expect(released.sort()).toEqual(STEPS.slice(0, -1).map((_, i) => i + 1))
})

it.each(released)('takes schema %i to the present one and keeps what it holds', (version) => {
  const db = openDatabase(unpack(version, join(dir, `from-${version}.sqlite`)))
  const kept = ['users', 'projects', 'tasks', 'labels', 'task_labels', 'links', 'comments', 'activity', 'replays']
  const before = dataOf(db, kept)
  expect(before.tasks?.length).toBeGreaterThan(20)
  expect(db.write(() => migrate(db))).toBe(version)
  const after = dataOf(db, kept)
  for (const table of kept) expect(after[table], table).toMatchObject(before[table] ?? [])
  const fresh = openDatabase(join(dir, `fresh-${version}.sqlite`))
  fresh.write(() => migrate(fresh))
  expect(tablesOf(db)).toEqual(tablesOf(fresh))
  expect(db.all('PRAGMA foreign_key_check')).toEqual([])
  expect(() => db.run('DELETE FROM activity')).toThrow(/append-only/)
  expect(db.write(() => migrate(db))).toBe(STEPS.length)
  fresh.close()
  db.close()
})

it('serves a workspace of the first release: found, read and changed', async () => {
  const home = mkdtempSync(join(dir, 'home-'))
  unpack(1, join(home, 'projects.sqlite'))
  const workspace = openWorkspace(home)
  const { tasks } = await workspace.call('search_tasks', { query: 'golden comment' })
  expect(tasks[0]).toMatchObject({ title: 'Golden task with ümläuts and 日本語', status: 'Todo', assignee: 'maria' })
  const { task } = await workspace.call('update_task', { key: tasks[0]?.key, add_labels: ['migrated'] })
  expect(task.labels).toEqual(['bug', 'golden', 'migrated'])
  // Release 1.0 took the digest of arguments in another way: a retry across the upgrade is refused, never done twice.
  const retried = { project: 'WEB', title: tasks[0]?.title, idempotency_key: 'golden-1' }
  expect(await workspace.fail('create_task', retried)).toMatchObject({ code: 'idempotency_conflict' })
  await workspace.close()
})

it('refuses a database that a newer release wrote, and leaves it as it is', () => {
  const file = unpack(1, join(dir, 'newer.sqlite'))
  const db = openDatabase(file)
  db.execute('PRAGMA user_version = 99')
  expect(() => db.write(() => migrate(db))).toThrow(/schema 99 is newer than this release, which knows \d+; start the/)
  expect(db.get('SELECT count(*) AS n FROM tasks')).toEqual({ n: 23 })
  db.close()
})

it('undoes a step that fails half way', () => {
  const db = openDatabase(unpack(1, join(dir, 'broken.sqlite')))
  const broken = [...STEPS.slice(0, 1), 'CREATE TABLE half (id INTEGER) STRICT; CREATE TABLE half (id INTEGER) STRICT;']
  expect(() => db.write(() => migrate(db, broken))).toThrow(/half/)
  expect(db.get('PRAGMA user_version')).toEqual({ user_version: 1 })
  expect(db.get("SELECT 1 FROM sqlite_schema WHERE name = 'half'")).toBeUndefined()
  db.close()
})
