/** Remembers what each caller's idempotency keys did, so that a repeated write is answered and not done again. */
import { DatabaseSync } from 'node:sqlite'
import { type KeyedWrite, REPLAY_MS, requireSameWrite } from '@causeway/shared-contracts/idempotency-codec'
import { ToolError } from '@causeway/shared-contracts/tool-error'

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS writes (
    owner TEXT NOT NULL,
    tool TEXT NOT NULL,
    key TEXT NOT NULL,
    arguments_hash TEXT NOT NULL,
    started_at_ms INTEGER NOT NULL,
    result TEXT,
    PRIMARY KEY (owner, tool, key)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS writes_by_age ON writes (started_at_ms);
`

/** How a write may be run. */
export interface OnceOptions {
  /** For writes that the API itself does once under a key: for so long a lost answer may be asked for again by sending the same. */
  resendableForMs?: number | undefined
}

export interface IdempotencyStore {
  /**
   * Runs a write once a key: a repeat gets the stored result.
   * @throws ToolError `idempotency_conflict` for other arguments, `write_in_progress` while it runs,
   * `write_outcome_unknown` when it ran and nobody knows how it ended
   */
  once<Result>(
    write: KeyedWrite,
    run: () => Promise<Result>,
    options?: OnceOptions,
  ): Promise<{ result: Result; replayed: boolean }>
  /** Whether this write was begun before, however it ended. */
  wasBegun(write: KeyedWrite): boolean
  isHealthy(): boolean
  close(): void
}

interface Row {
  arguments_hash: string
  result: string | null
  started_at_ms: number
}

/** Opens the store in a file. */
export function openIdempotencyStore(file: string): IdempotencyStore {
  const db = new DatabaseSync(file)
  db.exec(SCHEMA)
  db.prepare('DELETE FROM writes WHERE started_at_ms < ?').run(Date.now() - REPLAY_MS)
  const find = db.prepare(
    'SELECT arguments_hash, result, started_at_ms FROM writes WHERE owner = ? AND tool = ? AND key = ?',
  )
  const begin = db.prepare('INSERT INTO writes VALUES (?, ?, ?, ?, ?, NULL)')
  const finish = db.prepare('UPDATE writes SET result = ? WHERE owner = ? AND tool = ? AND key = ?')
  const forget = db.prepare('DELETE FROM writes WHERE owner = ? AND tool = ? AND key = ?')
  const running = new Set<string>()
  return {
    async once<Result>(write: KeyedWrite, run: () => Promise<Result>, { resendableForMs = 0 }: OnceOptions = {}) {
      const id = [write.owner, write.tool, write.key] as const
      const row = find.get(...id) as Row | undefined
      const isResent = row !== undefined && !running.has(id.join('\n')) && isResendable(row, write, resendableForMs)
      if (row && !isResent)
        return { result: storedResult(row, write, running.has(id.join('\n'))) as Result, replayed: true }
      if (!isResent) begin.run(...id, write.digest, Date.now())
      running.add(id.join('\n'))
      try {
        const result = await run()
        finish.run(JSON.stringify(result), ...id)
        return { result, replayed: false }
      } catch (error) {
        // That a second sending failed says nothing about the first.
        if (!isResent && isKnownNotDone(error)) forget.run(...id)
        throw error
      } finally {
        running.delete(id.join('\n'))
      }
    },
    wasBegun: ({ owner, tool, key }) => find.get(owner, tool, key) !== undefined,
    isHealthy() {
      try {
        return find.get('', '', '') === undefined
      } catch {
        return false
      }
    },
    close: () => db.close(),
  }
}

function isResendable(row: Row, write: KeyedWrite, forMs: number): boolean {
  return row.result === null && row.arguments_hash === write.digest && Date.now() - row.started_at_ms < forMs
}

function storedResult(row: Row, write: KeyedWrite, isRunning: boolean): unknown {
  requireSameWrite(write, row.arguments_hash)
  if (row.result !== null) return JSON.parse(row.result)
  if (isRunning)
    throw new ToolError('write_in_progress', 'This write is still running. Try again in a moment.', {
      retryable: true,
      retry_after_ms: 1_000,
    })
  throw new ToolError(
    'write_outcome_unknown',
    'This write was sent before and its answer was lost; it may have happened. Look first; if it did not, repeat it with a new idempotency_key.',
    { field: 'idempotency_key' },
  )
}

/** Anything but a refusal that proves the write did not happen keeps the key closed. */
function isKnownNotDone(error: unknown): boolean {
  return error instanceof ToolError && error.shape.code !== 'write_outcome_unknown'
}
