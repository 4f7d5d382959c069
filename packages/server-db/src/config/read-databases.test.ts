/** Every mistake in databases.yaml is told with its line, and secrets are references. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readDatabases } from './read-databases.ts'
import { toSourcePolicy } from './to-source-policy.ts'

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'causeway-databases-'))
  writeFileSync(join(dir, 'url'), 'postgres://reader:secret@db.example/crm\n')
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

function read(text: string, env: Record<string, string> = {}) {
  const path = join(dir, 'databases.yaml')
  writeFileSync(path, text)
  return readDatabases(path, env)
}

const head = 'version: 1\ndatabases:\n  crm:\n    engine: postgres\n'

it('reads several sources with connections by reference', () => {
  const { databases } = read(
    `${head}    connection: \${env:CRM_URL}\n    writeUrl: \${file:url}\n  shop:\n    engine: sqlite\n    connection: shop.db\n`,
    { CRM_URL: 'postgres://crm' },
  )
  expect(databases.crm).toMatchObject({
    connection: 'postgres://crm',
    writeUrl: 'postgres://reader:secret@db.example/crm',
  })
  expect(databases.shop).toMatchObject({ engine: 'sqlite', connection: 'shop.db', tables: {} })
})

it('a column with a text alone is open; else only the roles that are named see it', () => {
  const { databases } = read(
    `${head}    connection: x\n    tables:\n      t:\n        columns:\n          a: Key\n          b: { analyst: null, support: email }\n          c: {}\n`,
  )
  expect(toSourcePolicy(databases.crm!).tables.t!.columns).toEqual({
    a: { about: 'Key', rules: { '*': 'open' } },
    b: { about: '', rules: { analyst: 'null', support: 'email' } },
    c: { about: '', rules: {} },
  })
})

it.each([
  ['version: 2\n', 'databases.yaml:1:10 version: Want one of 1'],
  [`${head}    connection: x\n    abuot: x\n`, 'databases.yaml:6:12 databases.crm.abuot: Unknown key'],
  [head, 'databases.yaml:3:3 databases.crm.connection: Required'],
  [
    'version: 1\ndatabases:\n  crm: { engine: oracle, connection: x }\n',
    'databases.yaml:3:18 databases.crm.engine: Want one of sqlite, postgres',
  ],
  [
    'version: 1\ndatabases:\n  catalog: { engine: sqlite, connection: x }\n',
    'databases.yaml:3:3 databases.catalog: This id means something else',
  ],
  [
    `${head}    connection: \${env:NO_SUCH}\n`,
    'databases.yaml:5:17 databases.crm.connection: Environment variable "NO_SUCH" is not set',
  ],
  [
    `${head}    connection: \${file:/no/such}\n`,
    'databases.yaml:5:17 databases.crm.connection: Cannot read file "/no/such"',
  ],
  [
    `${head}    connection: postgres://reader:secret@db/crm\n`,
    'databases.yaml:5:17 databases.crm.connection: Want a reference, ',
  ],
  [
    `${head}    connection: postgres://db/crm?user=reader&password=secret\n`,
    'databases.yaml:5:17 databases.crm.connection: Want a reference, ',
  ],
  [
    `${head}    connection: x\n    tables:\n      t:\n        columns:\n          a: { analyst: hashed }\n`,
    'databases.yaml:9:25 databases.crm.tables.t.columns.a.analyst: Want one of open, hidden, null, redact, partial, hash, email, last4, generalize',
  ],
  [
    `${head}    connection: x\n    tables:\n      t:\n        columns:\n          a: { analist: hash }\n`,
    'databases.yaml:9:25 databases.crm.tables.t.columns.a.analist: Unknown role; roles are admin, support, analyst; did you mean "analyst"?',
  ],
  [
    `${head}    connection: x\n    tables:\n      t:\n        rows: { admin: { where: "a = 1", about: some } }\n`,
    'databases.yaml:8:17 databases.crm.tables.t.rows.admin: The role admin sees everything',
  ],
  [
    `${head}    connection: x\n    limits: { maxRows: 0 }\n`,
    'databases.yaml:6:24 databases.crm.limits.maxRows: Too small: expected number to be >=1',
  ],
  ['version: 1\nversion: 1\n', 'databases.yaml:2:1 Map keys must be unique'],
])('%j: %s', (text, problem) => {
  expect(() => read(text)).toThrow(problem)
})

it('tells all mistakes at once, and no secret', () => {
  const text = `${head}    connection: postgres://reader:secret@db/crm\n    nonsense: 1\n    tables: []\n`
  expect(() => read(text)).toThrow(/nonsense.*\n.*tables|tables.*\n.*nonsense/)
  expect(() => read(text)).not.toThrow(/secret@/)
})
