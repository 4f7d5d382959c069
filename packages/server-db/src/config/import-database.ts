/** Adds a database of the user's own to the data directory's databases.yaml, seen by admins alone until its columns are opened. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Document, parseDocument } from 'yaml'
import type { QueryEngine, TableFacts } from '../engine/query-engine.ts'
import { DEFAULT_LIMITS } from '../engine/query-limits.ts'
import { createSqliteEngine } from '../engine/sqlite/sqlite-engine.ts'
import { ADMIN } from '../policy/source-policy.ts'
import { readDatabases } from './read-databases.ts'

/** What to add. */
export interface ImportRequest {
  id: string
  /** A SQLite file, or the name of the environment variable that holds a Postgres URL. */
  from: { file: string } | { urlEnv: string }
  about: string
  /** The data directory. */
  folder: string
  /** The file to start from when the data directory has none. */
  shipped: string
  env: Readonly<Record<string, string | undefined>>
}

/** What was added. */
export interface Imported {
  path: string
  tables: { name: string; columns: number }[]
}

const COMMENT =
  ' Imported: every column is for admins alone until it is opened. `name: What it means` opens it to every role;\n `name: { about: What it means, support: open, analyst: hash }` to the roles that are named.'

/** @throws with a message for the user when the database cannot be read, or the entry cannot be added */
export async function importDatabase(request: ImportRequest): Promise<Imported> {
  const { id, folder, shipped, env } = request
  const tables = await describe(request)
  const path = join(folder, 'databases.yaml')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}.draft`
  const document = parseDocument(readFileSync(existsSync(path) ? path : shipped, 'utf8'))
  if (document.hasIn(['databases', id])) throw new Error(`Cannot import "${id}": ${path} has a database of this name`)
  addEntry(document, request, tables)
  try {
    writeFileSync(draft, document.toString({ lineWidth: 0 }))
    readDatabases(draft, env)
    renameSync(draft, path)
  } finally {
    rmSync(draft, { force: true })
  }
  return { path, tables: tables.map(({ name, columns }) => ({ name, columns: columns.length })) }
}

function addEntry(document: Document, { id, from, about }: ImportRequest, tables: readonly TableFacts[]): void {
  const connection = 'file' in from ? resolve(from.file) : `\${env:${from.urlEnv}}`
  const entry = document.createNode({
    engine: 'file' in from ? 'sqlite' : 'postgres',
    connection,
    about,
    tables: Object.fromEntries(
      tables.map(({ name, columns }) => [
        name,
        { columns: Object.fromEntries(columns.map((column) => [column.name, {}])) },
      ]),
    ),
  })
  entry.commentBefore = COMMENT
  document.setIn(['databases', id], entry)
}

async function describe({ id, from, env }: ImportRequest): Promise<TableFacts[]> {
  const engine = await openEngine(id, from, env)
  try {
    const tables = await engine.describe({ role: ADMIN, agent: 'import', user: null })
    if (tables.length === 0) throw new Error(`Cannot import "${id}": it has no tables`)
    return tables
  } finally {
    await engine.close()
  }
}

async function openEngine(id: string, from: ImportRequest['from'], env: ImportRequest['env']): Promise<QueryEngine> {
  const options = { id, policy: { about: '', tables: {} }, hashKey: '00', limits: DEFAULT_LIMITS }
  if ('file' in from) {
    if (!existsSync(from.file)) throw new Error(`Cannot import "${from.file}": no such file`)
    return createSqliteEngine({ ...options, file: resolve(from.file) })
  }
  const url = env[from.urlEnv]
  if (!url) throw new Error(`Cannot import "${id}": environment variable "${from.urlEnv}" is not set`)
  const { createPostgresEngine } = await import('../engine/postgres/postgres-engine.ts')
  return createPostgresEngine({ ...options, url })
}
