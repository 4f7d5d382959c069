/** A connection made for one statement of one role: the source read-only under a random name, policy views before it, everything else denied. */
import { createHmac, randomBytes } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import type { SourcePolicy } from '../../policy/source-policy.ts'
import type { Viewer } from '../../policy/viewer.ts'
import { MAX_PARAMS } from '../query-limits.ts'
import { type Authorizer, createAuthorizer } from './authorizer.ts'
import { absentView, type Lens, policyView, type SecretNames } from './policy-view.ts'
import { type BaseSchema, readBaseTables } from './read-base-tables.ts'

/** What a connection needs to know of its source. */
export interface SourceInit {
  /** Path of the SQLite file. */
  file: string
  /** Path by which it is written, if it may be. */
  writeFile?: string
  policy: SourcePolicy
  /** Key of the hash mask, in hex: the same value gives the same hash as long as the key stays. */
  hashKey: string
}

/** The connection, ready for one statement. */
export interface GuardedConnection {
  db: DatabaseSync
  viewer: Viewer
  policy: SourcePolicy
  base: BaseSchema
  /** Names of the tables that the role sees. */
  visible: string[]
  /** The secret names, for what reads plans. */
  names: SecretNames
  authorizer: Authorizer
  /** The tables read so far. */
  tables(): string[]
  /** Takes the connection's secret names out of a message. */
  scrub(message: string): string
  close(): void
}

/** Bounds of the SQLite core; a statement beyond them fails to compile or to run. */
export const LIMITS = {
  length: 1_000_000,
  sqlLength: 200_000,
  column: 1_000,
  exprDepth: 200,
  compoundSelect: 50,
  vdbeOp: 100_000,
  functionArg: 100,
  likePatternLength: 1_000,
  variableNumber: MAX_PARAMS,
  triggerDepth: 1,
}

const OPTIONS = { readOnly: true, allowExtension: false, defensive: true, timeout: 2_000, limits: LIMITS }

/** @throws when the file cannot be opened as a database */
export function openGuardedConnection(source: SourceInit, viewer: Viewer): GuardedConnection {
  const nonce = randomBytes(12).toString('hex')
  const names: SecretNames = { schema: `s_${nonce}`, hash: `h_${nonce}` }
  const db = new DatabaseSync(':memory:', OPTIONS)
  try {
    // No temporary file is ever written; set first, because changing it drops TEMP views.
    db.exec('PRAGMA temp_store = MEMORY')
    attach(db, source, names)
    const base = readBaseTables(db, names.schema)
    const visible = shadowTables(db, base, { lens: { policy: source.policy, viewer }, names })
    // From here on nothing is written, not even to TEMP, and nothing more attached (VACUUM INTO attaches too).
    db.exec('PRAGMA trusted_schema = OFF; PRAGMA query_only = ON')
    db.limits.attach = 0
    const authorizer = createAuthorizer(names, {
      visible: new Set(visible.map((name) => name.toLowerCase())),
      real: realNames(db),
    })
    db.setAuthorizer(authorizer.decide)
    return {
      db,
      viewer,
      policy: source.policy,
      base,
      visible,
      names,
      authorizer,
      tables: () => visible.filter((name) => authorizer.tables.has(name.toLowerCase())),
      scrub: (message) => message.replaceAll(`${names.schema}.`, '').replaceAll('main.', ''),
      close: () => db.close(),
    }
  } catch (error) {
    db.close()
    throw error
  }
}

function attach(db: DatabaseSync, source: SourceInit, names: SecretNames): void {
  const url = pathToFileURL(source.file)
  url.searchParams.set('mode', 'ro')
  db.prepare(`ATTACH ? AS ${names.schema}`).run(url.href)
  db.exec('PRAGMA cell_size_check = ON')
  const key = Buffer.from(source.hashKey, 'hex')
  db.function(names.hash, { deterministic: true }, (value) =>
    value === null ? null : `h:${createHmac('sha256', key).update(String(value)).digest('hex').slice(0, 16)}`,
  )
}

/** Tables and views of every schema, and modules, which are table-valued functions: in lower case. */
export function realNames(db: DatabaseSync): Set<string> {
  const rows = db.prepare('SELECT name FROM pragma_table_list UNION SELECT name FROM pragma_module_list').all()
  return new Set(rows.map((row) => String(row.name).toLowerCase()))
}

/** Every name of the source gets a view: what the role sees of it, or nothing. */
function shadowTables(
  db: DatabaseSync,
  base: BaseSchema,
  { lens, names }: { lens: Lens; names: SecretNames },
): string[] {
  const visible: string[] = []
  for (const table of base.tables) {
    const view = policyView(table, lens, names)
    db.exec(view ?? absentView(table.name))
    if (view) visible.push(table.name)
  }
  for (const name of base.others) db.exec(absentView(name))
  return visible
}
