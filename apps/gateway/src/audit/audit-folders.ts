/** Where the records of a data directory are, and where their checkpoints. */
import { join } from 'node:path'
import type { Config } from '../config/schema.ts'

/** The segments. */
export function auditFolder(dataDir: string): string {
  return join(dataDir, 'audit')
}

/** The checkpoints: where the configuration wants them, which had better be another disk. */
export function checkpointFolder(config: Config['audit'], dataDir: string): string {
  return config.checkpoints ?? join(dataDir, 'audit-checkpoints')
}
