/** A database of one's own with cascades, triggers, rows by user and writers who do not see everything. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ClaimRole, errorOf, openDatabases, rowsOf, type TestDb } from './open-test-db.ts'

const DATA = `
CREATE TABLE teams (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE members (id INTEGER PRIMARY KEY, team_id INTEGER REFERENCES teams (id) ON DELETE CASCADE, owner TEXT, secret TEXT, note TEXT);
CREATE TABLE squads (id INTEGER PRIMARY KEY);
CREATE TABLE guarded (id INTEGER PRIMARY KEY, squad_id INTEGER REFERENCES squads (id) ON DELETE CASCADE);
CREATE TABLE log (id INTEGER PRIMARY KEY, line TEXT);
CREATE TABLE audited (id INTEGER PRIMARY KEY, value INTEGER);
CREATE TRIGGER audit AFTER UPDATE ON audited BEGIN INSERT INTO log (line) VALUES ('changed ' || NEW.id); END;
CREATE TABLE strict_one (id INTEGER PRIMARY KEY, value INTEGER);
CREATE TRIGGER refuse BEFORE UPDATE ON strict_one BEGIN SELECT RAISE(ABORT, 'secret of the trigger'); END;
CREATE TABLE json_tree (line TEXT);
CREATE TABLE cards (id INTEGER PRIMARY KEY, title TEXT, code TEXT DEFAULT 'none', pin TEXT UNIQUE, size INTEGER GENERATED ALWAYS AS (length(pin)));
INSERT INTO cards VALUES (1, 'first', 'C1', 'P1');
INSERT INTO teams VALUES (1, 'red'), (2, 'blue'), (3, 'gray');
INSERT INTO members VALUES (1, 1, 'support-agent', 'S1', 'a'), (2, 1, 'ada', 'S2', 'b'), (3, 2, 'support-agent', 'S3', 'c');
INSERT INTO squads VALUES (1);
INSERT INTO guarded VALUES (1, 1);
INSERT INTO audited VALUES (1, 10);
INSERT INTO strict_one VALUES (1, 10);
`

const DATABASES = `
version: 1
databases:
  own:
    engine: sqlite
    connection: own.db
    writeUrl: own.db
    tables:
      teams: { columns: { id: Key, name: Name }, writes: { admin: [insert, update, delete], support: [insert, update] } }
      members:
        columns: { id: Key, team_id: Team, owner: Whose, note: Note, secret: { support: hash } }
        rows: { support: { where: "owner = {{agent}} OR owner = {{user}}", about: your own } }
        writes: { admin: [delete], support: [update] }
      cards: { columns: { id: Key, title: Title, code: { support: hash } }, writes: { support: [insert] } }
      squads: { columns: { id: Key }, writes: { admin: [delete] } }
      guarded: { columns: { id: Key } }
      audited: { columns: { id: Key, value: Value }, writes: { admin: [update] } }
      strict_one: { columns: { id: Key, value: Value }, writes: { admin: [update] } }
`

let db: TestDb
beforeAll(async () => {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-own-'))
  const own = new DatabaseSync(join(dir, 'own.db'))
  own.exec(DATA)
  own.close()
  writeFileSync(join(dir, 'databases.yaml'), DATABASES)
  db = await openDatabases(dir)
})
afterAll(() => db.close())

const transact = (sql: string, role: ClaimRole = 'operator', params: unknown[] = []) =>
  db.call(role, 'run_transaction', { statements: [{ sql, params }] })

describe('rows by the caller', () => {
  it('shows an agent its own, whatever it asks', async () => {
    expect(rowsOf(await db.query('support', 'SELECT id FROM members ORDER BY id'))).toEqual([[1], [3]])
    expect(rowsOf(await db.query('support', "SELECT count(*) FROM members WHERE owner = 'ada' OR 1"))).toEqual([[2]])
    expect(rowsOf(await db.query('operator', 'SELECT count(*) FROM members'))).toEqual([[3]])
    expect(errorOf(await db.query('viewer', 'SELECT secret FROM members')).code).toBe('sql_error')
  })
})

describe('what a statement causes counts as if it said so', () => {
  it('a cascade is reported', async () => {
    const { structuredContent: report } = await transact("DELETE FROM teams WHERE name = 'red'")
    expect(report.effects).toEqual([
      expect.objectContaining({ table: 'members', action: 'delete', row_count: 2 }),
      expect.objectContaining({ table: 'teams', action: 'delete', row_count: 1 }),
    ])
    expect(report.tables).toEqual([
      { table: 'members', rows_before: 3, rows_after: 1 },
      { table: 'teams', rows_before: 3, rows_after: 2 },
    ])
  })

  it('a cascade into a table that may not be written is refused', async () => {
    expect(errorOf(await transact('DELETE FROM squads')).rule).toBe('write_allow_list')
  })

  it('a trigger that writes where the role may not is refused', async () => {
    expect(errorOf(await transact('UPDATE audited SET value = 11')).rule).toBe('write_allow_list')
    expect(rowsOf(await db.query('operator', 'SELECT count(*) FROM log'))).toEqual([[0]])
  })

  it('what a trigger says is not passed on', async () => {
    const { structuredContent: report } = await transact('UPDATE strict_one SET value = 11')
    expect(report.failure).toEqual({ statement: 1, message: 'A rule of the database refused it' })
  })

  it('REPLACE deletes, and is refused where only inserting is allowed', async () => {
    const sql = "INSERT OR REPLACE INTO teams VALUES (3, 'gray again')"
    expect((await transact(sql)).structuredContent.effects).toEqual([
      expect.objectContaining({ table: 'teams', action: 'delete', row_count: 1 }),
      expect.objectContaining({ table: 'teams', action: 'insert', row_count: 1 }),
    ])
    expect(errorOf(await transact(sql, 'support')).rule).toBe('write_allow_list')
  })
})

describe('a writer who does not see everything', () => {
  it('writes what it may', async () => {
    const { structuredContent: report } = await transact('UPDATE teams SET name = $1 WHERE id = 1', 'support', ['ruby'])
    expect(report).toMatchObject({ failure: null, effects: [{ row_count: 1 }] })
  })

  it.each([
    ["UPDATE teams SET name = 'x' WHERE id IN (SELECT team_id FROM members WHERE secret = 'S1')", 'a masked column'],
    [
      "UPDATE teams SET name = 'x' WHERE EXISTS (SELECT 1 FROM members WHERE owner = 'ada')",
      'a table whose rows are filtered',
    ],
    ['UPDATE teams SET name = (SELECT count(*) FROM members)', 'how many rows there are'],
    ['UPDATE teams SET name = (SELECT count(*) FROM log)', 'how many rows a hidden table has'],
    ["UPDATE members SET note = 'x'", 'rows that it does not see'],
    ['UPDATE teams SET name = (SELECT secret FROM members) RETURNING name', 'a masked value'],
    ["UPDATE teams SET name = 'x' WHERE id IN (SELECT id FROM log)", 'a table that is not for it'],
    [
      'WITH audit AS (SELECT secret FROM members) UPDATE teams SET name = (SELECT secret FROM audit)',
      'called as a trigger',
    ],
    [
      'WITH "audit" AS (SELECT line FROM log) UPDATE teams SET name = (SELECT line FROM `audit`)',
      'called as a trigger',
    ],
    ['UPDATE teams SET name = (SELECT line FROM json_tree)', 'called as a function'],
    ["INSERT INTO cards (title, pin) VALUES ('x', 'P1')", 'a value for a hidden column'],
    ["INSERT OR IGNORE INTO cards (title, pin) VALUES ('x', 'P1')", 'a value for a hidden column'],
    ["INSERT INTO cards (title, code) VALUES ('x', 'C1')", 'a value for a masked column'],
    ["WITH v AS (SELECT 'C1') INSERT INTO cards SELECT 9, 'x', 'C1', 'P1'", 'values for all columns'],
  ])('%s is refused: %s', async (sql) => {
    expect(errorOf(await transact(sql, 'support')).rule).toBe('write_allow_list')
  })

  it('inserts without the columns that are closed to it', async () => {
    const { structuredContent: report } = await db.call('support', 'run_transaction', {
      statements: [
        { sql: "INSERT INTO cards (title) VALUES ('second')" },
        { sql: "INSERT INTO cards (id, title) SELECT 7, 'third' UNION SELECT 8, 'fourth'" },
      ],
    })
    expect(report).toMatchObject({ failure: null, effects: [{ row_count: 1 }, { row_count: 2 }] })
  })

  it('reads JSON that it brings along', async () => {
    const sql = 'UPDATE teams SET name = name || (SELECT group_concat(value) FROM json_each($1)) WHERE id = 1'
    expect((await transact(sql, 'support', ['[1]'])).structuredContent).toMatchObject({
      failure: null,
      effects: [{ row_count: 1 }],
    })
  })

  it('learns nothing by constraints of rows that it does not see', async () => {
    const { structuredContent: report } = await transact("UPDATE teams SET name = 'blue' WHERE id = 1", 'support')
    expect(report.failure).toEqual({ statement: 1, message: 'UNIQUE constraint failed: teams.name' })
  })
})
