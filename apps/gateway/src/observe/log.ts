/** The gateway's log: JSON lines on stderr, or in a file when a person watches the terminal. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Logger, pino } from 'pino'
import { redactText } from '../redaction/redact.ts'

/** @returns the log, and its file when it goes to one */
export function createLog({ level, dataDir }: { level: string; dataDir: string }): {
  log: Logger
  file: string | undefined
} {
  const file = process.stderr.isTTY ? join(dataDir, 'log', 'gateway.jsonl') : undefined
  if (file) mkdirSync(join(dataDir, 'log'), { recursive: true, mode: 0o700 })
  // Not synchronous, so that a slow disk or terminal never holds a request.
  const destination = pino.destination({ dest: file ?? 2, sync: false, mode: 0o600 })
  return {
    log: pino(
      {
        level,
        base: { pid: process.pid },
        timestamp: pino.stdTimeFunctions.isoTime,
        hooks: { streamWrite: redactText },
      },
      destination,
    ),
    file,
  }
}
