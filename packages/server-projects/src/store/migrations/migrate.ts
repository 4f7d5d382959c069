/** Brings a database from whatever released schema it has to the present one, step by step, in one transaction. */
import type { Database } from '../database.ts'
import { SCHEMA_1 } from './schema-1.ts'
import { SCHEMA_2 } from './schema-2.ts'
import { SCHEMA_2_NOTICES } from './schema-2-notices.ts'

/** The steps in order; a database of schema `n` has had the first `n`. Steps are added, never edited or removed. */
export const STEPS: readonly string[] = [SCHEMA_1, SCHEMA_2 + SCHEMA_2_NOTICES]

/**
 * Takes the steps that are missing; call it inside a transaction. What a database has had is kept in `user_version`.
 * @returns the schema found; 0 for a new file
 * @throws when the database is newer than this code
 */
export function migrate(db: Database, steps: readonly string[] = STEPS): number {
  const found = db.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0
  if (found > steps.length)
    throw new Error(
      `Cannot open the workspace: its schema ${found} is newer than this release, which knows ${steps.length}; start the release that wrote it`,
    )
  for (const step of steps.slice(found)) db.execute(step)
  if (found < steps.length) db.execute(`PRAGMA user_version = ${steps.length}`)
  return found
}
