/** The shipped source: a seeded helpdesk database in the data directory, made on the first start. */

import { hkdfSync } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { DataDir } from '@causeway/shared-contracts/data-dir'
import type { Source } from './db-services.ts'
import { DEFAULT_LIMITS } from './engine/query-limits.ts'
import { createSqliteEngine } from './engine/sqlite/sqlite-engine.ts'
import { helpdeskPolicy } from './policy/helpdesk-policy.ts'

/** Its id, and the name of its file. */
const HELPDESK = 'helpdesk'

/** Makes the file when it is missing; the child process that reads it starts with the first query. */
export async function openHelpdeskSource(dataDir: DataDir): Promise<Source> {
  const file = join(dataDir.path, `${HELPDESK}.db`)
  if (!existsSync(file)) {
    const { seedHelpdesk } = await import('./seed/seed-helpdesk.ts')
    seedHelpdesk(file)
  }
  const hashKey = Buffer.from(hkdfSync('sha256', dataDir.secret, '', 'causeway/db-hash-mask', 32)).toString('hex')
  return {
    id: HELPDESK,
    about: helpdeskPolicy.about,
    limits: DEFAULT_LIMITS,
    engine: createSqliteEngine({ id: HELPDESK, file, policy: helpdeskPolicy, hashKey, limits: DEFAULT_LIMITS }),
  }
}
