/** Structured logs of a domain server: one JSON line each on stderr, with the correlation id where there is one. */
import { type Logger, pino } from 'pino'

export type { Logger }

/** A logger that writes to stderr, because stdout belongs to MCP or to the ready line. */
export function createLog(name: string): Logger {
  const level = process.env.CAUSEWAY_LOG_LEVEL ?? 'info'
  return pino(
    { name, level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  )
}
