/** Spent confirmations, in the database and the transaction of what they delete. */
import { CONFIRMATION_LIFE_MS, type SpentConfirmations } from '@causeway/shared-contracts/confirmation-codec'
import type { Database } from './database.ts'

/** @param now the workspace's clock */
export function spentIn(db: Database, now: () => Date): SpentConfirmations {
  return {
    isSpent: (id) => db.get('SELECT 1 FROM spent_confirmations WHERE id = :id', { id }) !== undefined,
    spend(id) {
      const nowMs = now().getTime()
      // One that was spent so long ago has expired since, and cannot be used again, spent or not.
      const oldest = new Date(nowMs - CONFIRMATION_LIFE_MS).toISOString()
      db.run('DELETE FROM spent_confirmations WHERE spent_at < :oldest', { oldest })
      const at = new Date(nowMs).toISOString()
      db.run('INSERT INTO spent_confirmations (id, spent_at) VALUES (:id, :at)', { id, at })
    },
  }
}
