/** The one secret behind all others: where it comes from, and the check that the store was made with it. */
import { hkdfSync } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { openDataDir } from '@causeway/shared-contracts/data-dir'
import { createSealer } from '@causeway/shared-contracts/sealer'
import { StoreError } from './store-error.ts'

/** Environment variable that replaces the secret file: 64 hex digits. */
const SECRET_VARIABLE = 'CAUSEWAY_SECRET'

/**
 * Creates the directory when missing and returns its 32-byte secret: from the environment, else from its file.
 * @throws StoreError when the variable or the file does not hold 64 hex digits
 */
export function openMasterSecret(dataDir: string, env: NodeJS.ProcessEnv): Uint8Array {
  const given = env[SECRET_VARIABLE]
  if (given === undefined || given === '') {
    try {
      return openDataDir(dataDir).secret
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code) throw error
      throw new StoreError('secret_invalid', (error as Error).message, 'Restore the file from a backup')
    }
  }
  if (!/^[0-9a-f]{64}$/i.test(given))
    throw new StoreError(
      'secret_invalid',
      `Cannot use ${SECRET_VARIABLE}: it must hold 64 hex digits`,
      'Make one with `openssl rand -hex 32`',
    )
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  return Buffer.from(given, 'hex')
}

/** 32 bytes for one purpose, which tell nothing about the secret or about another purpose's bytes. */
export function deriveKey(secret: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `causeway/${purpose}`, 32))
}

/**
 * Binds a new store to its secret, and refuses an old one whose secret is another: every key in it would fail silently.
 * @throws StoreError when the secret is not the one the store was made with
 */
export function checkSecret(db: DatabaseSync, secret: Uint8Array, dataDir: string): void {
  const sealer = createSealer(secret, 'secret-check')
  const read = db.prepare("SELECT value FROM settings WHERE name = 'secret_check'")
  if (!read.get())
    db.prepare("INSERT OR IGNORE INTO settings (name, value) VALUES ('secret_check', ?)").run(sealer.seal(true, ''))
  if (sealer.open(String(read.get()?.value), '') === true) return
  throw new StoreError(
    'store_secret_mismatch',
    `Cannot open store in "${dataDir}": its secret is not the one it was made with`,
    `Restore secret.key or ${SECRET_VARIABLE} from where the store comes from`,
  )
}
