/** Opens the workspace that all tools, resources and prompts share: the database, the seals and the clock. */
import { join } from 'node:path'
import { type ConfirmationCodec, createConfirmationCodec } from '@causeway/shared-contracts/confirmation-codec'
import { type CursorCodec, createCursorCodec } from '@causeway/shared-contracts/cursor-codec'
import type { DataDir } from '@causeway/shared-contracts/data-dir'
import type { Changes, Opened } from '@causeway/shared-contracts/define-domain-server'
import type { CallContext } from '@causeway/shared-contracts/define-tool'
import type { Logger } from '@causeway/shared-contracts/log'
import { type ModelEndpoint, modelEndpointOf } from './breakdown/model-endpoint.ts'
import type { Announcer } from './notices/announcer.ts'
import { startNotices } from './notices/start-notices.ts'
import { seedWorkspace } from './seed/seed-workspace.ts'
import { type Database, openDatabase } from './store/database.ts'
import { migrate } from './store/migrations/migrate.ts'
import { spentIn } from './store/spent-confirmations.ts'
import { createViewCache, type ViewCache } from './store/view-cache.ts'

/** The database in the data directory. */
export const DATABASE_FILE = 'projects.sqlite'

/** What every call works with. */
export interface ProjectServices {
  db: Database
  /** Tells subscribers what was committed. */
  announcer: Announcer
  /** Overviews as of the last write. */
  views: ViewCache
  /** The model that drafts for callers who lend none. */
  model: ModelEndpoint | undefined
  cursors: CursorCodec
  confirmations: ConfirmationCodec
  now(): Date
}

/** The context of one call to this domain server. */
export type ProjectCall = CallContext<ProjectServices>

/**
 * Opens the workspace in a data directory; a new one is seeded.
 * @param now the clock, for tests
 */
export function openServices(
  { dataDir, changes, log }: { dataDir: DataDir; changes: Changes; log: Logger },
  now: () => Date = () => new Date(),
): Opened<ProjectServices> {
  const db = openDatabase(join(dataDir.path, DATABASE_FILE))
  prepare(db, now())
  const announcer = startNotices({ db, changes, now, log })
  return {
    services: {
      db,
      announcer,
      views: createViewCache(db, now),
      model: modelEndpointOf(process.env),
      cursors: createCursorCodec(dataDir.secret),
      confirmations: createConfirmationCodec(dataDir.secret, spentIn(db, now), () => now().getTime()),
      now,
    },
    health: () => ({ database: probe(db) }),
    close() {
      announcer.stop()
      db.close()
    },
  }
}

function prepare(db: Database, now: Date): void {
  db.write(() => {
    if (migrate(db) === 0) seedWorkspace(db, now)
  })
}

function probe(db: Database): { ok: boolean; detail?: string } {
  try {
    db.get('SELECT count(*) FROM projects')
    return { ok: true }
  } catch {
    return { ok: false, detail: 'the database does not answer' }
  }
}
