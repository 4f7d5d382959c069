/** The code with which the first admin signs in: for the terminal that started the gateway, or a file that only its user can read. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Store } from '../store/open-store.ts'
import { issueCode } from './sign-in-code.ts'

/** Where the code is to be found. */
export type OfferedCode = { code: string } | { file: string }

const fileOf = ({ dataDir }: Pick<Store, 'dataDir'>) => join(dataDir, 'admin-code')

/**
 * Offers a code while nobody was ever admitted; there is no other way in that a stranger could know.
 * @param isTerminal whether a person reads what the gateway prints, and no log file does
 */
export function offerCode(store: Store, isTerminal: boolean): OfferedCode | undefined {
  if (store.adminCredentials.isClaimed()) return undefined
  const code = issueCode(store)
  if (isTerminal) return { code }
  const file = fileOf(store)
  // A file that is there already would keep its own mode.
  rmSync(file, { force: true })
  writeFileSync(file, `${code}\n`, { mode: 0o600 })
  return { file }
}

/** Removes the file of a code that was spent. */
export function forgetCode(store: Pick<Store, 'dataDir'>): void {
  rmSync(fileOf(store), { force: true })
}
