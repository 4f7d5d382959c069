/** Tells subscribers what was written, by this process or another one on the same database: triggers keep a numbered list of what was touched. */
import type { Changes } from '@causeway/shared-contracts/define-domain-server'
import type { Logger } from '@causeway/shared-contracts/log'
import type { Database } from '../store/database.ts'

/** Longest time until a write of another process is announced here. */
const POLL_MS = 250

/** Announces what has been committed. */
export interface Announcer {
  /** Announces all that was committed since the last time. */
  announce(): void
  stop(): void
}

interface Touched {
  kind: 'task' | 'project' | 'person' | 'list'
  subject: string
  seq: number
}

/** Overviews that any change of a task or project may change. */
const OVERVIEWS = ['project://status', 'project://team-workload', 'project://recent-activity']

/** Starts from what is committed now. What cannot be read is announced with what comes next: no write fails for it. */
export function startAnnouncer(db: Database, { changes, log }: { changes: Changes; log: Logger }): Announcer {
  let heardSeq = lastTouch(db)
  let version = dataVersion(db)
  const guarded = (work: () => void) => () => {
    try {
      work()
    } catch (error) {
      log.warn({ err: error }, 'changes were not announced; next try with the next one')
    }
  }
  const announce = guarded(() => {
    const touched = db.all<Touched>('SELECT kind, subject, seq FROM touched WHERE seq > :heardSeq ORDER BY seq', {
      heardSeq,
    })
    heardSeq = touched.at(-1)?.seq ?? heardSeq
    for (const uri of new Set(touched.flatMap(urisOf))) changes.resourceUpdated(uri)
    if (touched.some(({ kind }) => kind === 'list')) changes.resourcesChanged()
  })
  const look = guarded(() => {
    // SQLite counts the commits of other connections, which costs next to nothing to ask.
    const current = dataVersion(db)
    if (current === version) return
    version = current
    announce()
  })
  const poll = setInterval(look, POLL_MS)
  poll.unref()
  return { announce, stop: () => clearInterval(poll) }
}

/** Number of the latest touch: another one means that something was written since. */
export function lastTouch(db: Database): number {
  return db.get<{ seq: number | null }>('SELECT max(seq) AS seq FROM touched')?.seq ?? 0
}

function dataVersion(db: Database): number {
  return db.get<{ data_version: number }>('PRAGMA data_version')?.data_version ?? 0
}

function urisOf({ kind, subject }: Touched): string[] {
  if (kind === 'person') return [`project://people/${subject}/notifications`]
  if (kind === 'task') return [`project://task/${subject}`, ...OVERVIEWS]
  if (kind === 'project') return [`project://${subject}/status`, `project://${subject}/board`, ...OVERVIEWS]
  return []
}
