/** Data directories for one run of the contract: each process gets its own, seeded once. */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Directories {
  /** Of the process that seeds it; the others are copies of what it leaves. */
  seed: string
  /** A new directory with a copy of the seeded one. */
  fresh(): string
  removeAll(): void
}

export function createDirectories(): Directories {
  const root = mkdtempSync(join(tmpdir(), 'causeway-contract-'))
  const seed = join(root, 'seed')
  let count = 0
  return {
    seed,
    fresh() {
      const dir = join(root, String(count++))
      // Without the process that seeds, as when a single test is run, each seeds its own.
      if (existsSync(seed)) cpSync(seed, dir, { recursive: true })
      return dir
    },
    removeAll: () => rmSync(root, { recursive: true, force: true }),
  }
}
