/** Spent confirmations, in the database and the transaction of what they delete. */
import type { SpentConfirmations } from '@causeway/shared-contracts/confirmation-codec'
import type { Database } from './database.ts'

/** @param now the workspace's clock */
export function spentIn(db: Database, now: () => Date): SpentConfirmations {
  return {
    isSpent: (id) => db.get('SELECT 1 FROM spent_confirmations WHERE id = :id', { id }) !== undefined,
    spend(id) {
      db.run('INSERT INTO spent_confirmations (id, spent_at) VALUES (:id, :at)', { id, at: now().toISOString() })
    },
  }
}
