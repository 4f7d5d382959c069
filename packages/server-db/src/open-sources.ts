/** Opens every database of databases.yaml as a source; nothing connects before it is asked. */
import { hkdfSync } from 'node:crypto'
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { DataDir } from '@causeway/shared-contracts/data-dir'
import type { DatabaseEntry, DatabasesFile } from './config/databases-schema.ts'
import { readDatabases } from './config/read-databases.ts'
import { toSourcePolicy } from './config/to-source-policy.ts'
import type { Source } from './db-services.ts'
import type { EngineOptions, QueryEngine } from './engine/query-engine.ts'
import { DEFAULT_LIMITS, type SourceLimits } from './engine/query-limits.ts'
import type { RoleClaims } from './policy/viewer-of.ts'

/** Environment variable that names another databases.yaml. */
export const DATABASES_ENV = 'CAUSEWAY_DATABASES'
/** The databases.yaml of the package. */
export const SHIPPED_DATABASES = join(import.meta.dirname, '../databases.yaml')

/** What databases.yaml says, opened. */
export interface OpenedSources {
  sources: Source[]
  roles: RoleClaims[]
}

/** The file that counts: named by the environment, else the data directory's own, else the shipped one. */
export function databasesFileOf(dataDir: DataDir, env: NodeJS.ProcessEnv): string {
  const own = join(dataDir.path, 'databases.yaml')
  return env[DATABASES_ENV] ?? (existsSync(own) ? own : SHIPPED_DATABASES)
}

/** @throws {DatabasesError} */
export async function openSources(dataDir: DataDir, env: NodeJS.ProcessEnv): Promise<OpenedSources> {
  const path = databasesFileOf(dataDir, env)
  const file = readDatabases(path, env)
  const place = { dataDir, folder: dirname(path) }
  const sources = Object.entries(file.databases).map(([id, entry]) => openSource(id, entry, place))
  return { sources: await Promise.all(sources), roles: rolesOf(file) }
}

function rolesOf({ roles }: DatabasesFile): RoleClaims[] {
  return Object.entries(roles).map(([role, claims]) => ({ role, claims }))
}

interface Place {
  dataDir: DataDir
  /** Folder of databases.yaml. */
  folder: string
}

async function openSource(id: string, entry: DatabaseEntry, place: Place): Promise<Source> {
  const limits = limitsOf(entry)
  const hashKey = Buffer.from(hkdfSync('sha256', place.dataDir.secret, '', 'causeway/db-hash-mask', 32)).toString('hex')
  const engine = await openEngine(entry, { id, policy: toSourcePolicy(entry), hashKey, limits }, place)
  return {
    id,
    about: entry.about,
    limits,
    engine,
    queries: entry.queries,
    ...(entry.users ? { users: entry.users } : {}),
  }
}

function limitsOf({ limits }: DatabaseEntry): SourceLimits {
  const merged = { ...DEFAULT_LIMITS, ...limits }
  return { ...merged, defaultTimeoutMs: Math.min(merged.defaultTimeoutMs, merged.maxTimeoutMs) }
}

async function openEngine(entry: DatabaseEntry, options: EngineOptions, place: Place): Promise<QueryEngine> {
  if (entry.engine === 'postgres') {
    const { createPostgresEngine } = await import('./engine/postgres/postgres-engine.ts')
    const { connection: url, writeUrl, posture } = entry
    return createPostgresEngine({ ...options, url, ...(writeUrl ? { writeUrl } : {}), ...(posture ? { posture } : {}) })
  }
  const { createSqliteEngine } = await import('./engine/sqlite/sqlite-engine.ts')
  // The demonstration data is state, wherever the file that declares it lies.
  const folder = entry.seed ? place.dataDir.path : place.folder
  const file = resolve(folder, entry.connection)
  if (entry.seed && !existsSync(file)) {
    const { seedHelpdesk } = await import('./seed/seed-helpdesk.ts')
    seedHelpdesk(file)
  }
  return createSqliteEngine({
    ...options,
    file,
    ...(entry.writeUrl ? { writeFile: resolve(folder, entry.writeUrl) } : {}),
  })
}
