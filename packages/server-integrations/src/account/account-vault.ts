/** The third-party accounts that callers connected: encrypted, and readable for the caller and the API that they were connected for alone. */
import { createHash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { type Caller, callerKey } from '@causeway/shared-contracts/caller'
import { createSealer } from '@causeway/shared-contracts/sealer'
import { z } from 'zod'

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA secure_delete = ON;
  CREATE TABLE IF NOT EXISTS accounts (
    vendor TEXT NOT NULL,
    caller TEXT NOT NULL,
    sealed TEXT NOT NULL,
    connected_at_ms INTEGER NOT NULL,
    PRIMARY KEY (vendor, caller)
  ) STRICT;
`

/** What opens an API in somebody's name. */
export const Account = z.object({
  /** Changes when another account is connected, not when this one's token is renewed. */
  id: z.string(),
  kind: z.enum(['token', 'oauth']),
  token: z.string(),
  refreshToken: z.string().optional(),
})
export type Account = z.output<typeof Account>

/** Whose account, and where it is one; an account never opens another API than the one it was connected at. */
export interface AccountPlace {
  vendor: string
  baseUrl: string
  caller: Caller
}

export interface AccountVault {
  /** The account, or undefined when there is none that this key, caller and API open. */
  get(place: AccountPlace): Account | undefined
  put(place: AccountPlace, account: Account): void
  remove(place: AccountPlace): void
  isHealthy(): boolean
  close(): void
}

/**
 * Opens the vault in a file.
 * @param secret of the data directory; without it the file tells nothing
 */
export function openAccountVault(file: string, secret: Uint8Array): AccountVault {
  const db = new DatabaseSync(file, { timeout: 5_000 })
  db.exec(SCHEMA)
  const sealer = createSealer(secret, 'account-vault')
  const find = db.prepare('SELECT sealed FROM accounts WHERE vendor = ? AND caller = ?')
  const upsert = db.prepare('INSERT OR REPLACE INTO accounts VALUES (?, ?, ?, ?)')
  const remove = db.prepare('DELETE FROM accounts WHERE vendor = ? AND caller = ?')
  return {
    get(place) {
      const row = find.get(...idOf(place)) as { sealed: string } | undefined
      return row && Account.safeParse(sealer.open(row.sealed, bindingOf(place))).data
    },
    put(place, account) {
      upsert.run(...idOf(place), sealer.seal(account, bindingOf(place)), Date.now())
    },
    remove(place) {
      remove.run(...idOf(place))
    },
    isHealthy() {
      try {
        return find.get('', '') === undefined
      } catch {
        return false
      }
    },
    close: () => db.close(),
  }
}

function idOf({ vendor, caller }: AccountPlace): [string, string] {
  return [vendor, createHash('sha256').update(callerKey(caller)).digest('hex')]
}

function bindingOf({ vendor, baseUrl, caller }: AccountPlace): string {
  return JSON.stringify([vendor, baseUrl, callerKey(caller)])
}
