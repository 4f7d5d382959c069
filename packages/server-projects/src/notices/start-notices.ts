/** What runs beside the calls: word of writes to subscribers, and the scan for deadlines that approach. */
import type { Changes } from '@causeway/shared-contracts/define-domain-server'
import type { Logger } from '@causeway/shared-contracts/log'
import type { Database } from '../store/database.ts'
import { type Announcer, startAnnouncer } from './announcer.ts'
import { scanDeadlines } from './scan-deadlines.ts'

const SCAN_MS = 60_000
/** Days before a deadline at which its assignee is told, unless the environment says otherwise. */
const DUE_SOON_DAYS = 2

/** Where the notices live. */
export interface NoticesOf {
  db: Database
  changes: Changes
  now: () => Date
  log: Logger
}

/**
 * Starts both; the first scan has been made when this returns.
 * @throws when CAUSEWAY_PROJECTS_DUE_SOON_DAYS is no whole number of days
 */
export function startNotices({ db, changes, now, log }: NoticesOf): Announcer {
  const days = Number(process.env.CAUSEWAY_PROJECTS_DUE_SOON_DAYS ?? DUE_SOON_DAYS)
  if (!Number.isInteger(days) || days < 0 || days > 60)
    throw new Error('Cannot use CAUSEWAY_PROJECTS_DUE_SOON_DAYS: want a whole number from 0 to 60')
  const announcer = startAnnouncer(db, { changes, log })
  const scan = () => {
    try {
      if (scanDeadlines(db, { now: now(), days }) > 0) announcer.announce()
    } catch (error) {
      log.warn({ err: error }, 'deadlines were not scanned; next try in a minute')
    }
  }
  scan()
  const timer = setInterval(scan, SCAN_MS)
  timer.unref()
  return {
    announce: announcer.announce,
    stop() {
      clearInterval(timer)
      announcer.stop()
    },
  }
}
