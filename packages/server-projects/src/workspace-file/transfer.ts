/** Takes a workspace out of a data directory into a file, and from a file into a new one. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DATABASE_FILE } from '../open-services.ts'
import { openDatabase } from '../store/database.ts'
import { migrate } from '../store/migrations/migrate.ts'
import { exportWorkspace } from './export-workspace.ts'
import { importWorkspace, parseWorkspace } from './import-workspace.ts'

/**
 * Writes the workspace as JSON; the file is there whole or not at all. The domain server may be running.
 * @returns how many tasks it holds
 * @throws when there is no workspace
 */
export function exportToFile(dataDir: string, file: string, now: Date = new Date()): number {
  const path = join(dataDir, DATABASE_FILE)
  if (!existsSync(path)) throw new Error(`Cannot export "${dataDir}": there is no workspace in it`)
  const db = openDatabase(path)
  try {
    const workspace = db.write(() => {
      migrate(db)
      return exportWorkspace(db, now)
    })
    const draft = `${file}.${process.pid}.part`
    writeFileSync(draft, `${JSON.stringify(workspace, null, 1)}\n`)
    renameSync(draft, file)
    return workspace.tasks.length
  } finally {
    db.close()
  }
}

/**
 * Stores the workspace of a file in a data directory that has none yet.
 * @returns how many tasks it holds
 * @throws with the file and the place in it for everything that is wrong; then nothing has changed
 */
export function importFromFile(dataDir: string, file: string): number {
  const path = join(dataDir, DATABASE_FILE)
  if (existsSync(path))
    throw new Error(`Cannot import into "${dataDir}": there is a workspace in it; name a new directory with --data`)
  const workspace = placed(file, () => parseWorkspace(readFileSync(file, 'utf8')))
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const db = openDatabase(path)
  try {
    placed(file, () =>
      db.write(() => {
        migrate(db)
        importWorkspace(db, workspace)
      }),
    )
    db.close()
    return workspace.tasks.length
  } catch (error) {
    db.close()
    for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true })
    throw error
  }
}

function placed<Result>(file: string, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    const lines = (error as Error).message.split('\n').map((line) => `  ${line}`)
    throw new Error(`Cannot import "${file}", nothing has changed:\n${lines.join('\n')}`, { cause: error })
  }
}
