/** What a domain server logs, as lines of the gateway's log: one file then tells what one request was, everywhere it went. */
import type { Logger } from 'pino'

/** pino's levels as numbers. */
const LEVELS = new Map([
  [10, 'trace'],
  [20, 'debug'],
  [30, 'info'],
  [40, 'warn'],
  [50, 'error'],
  [60, 'error'],
] as const)

/** Logs one line of its stderr; what is no log line of shared-contracts is told as text. */
export function tellDomainLine(log: Logger, line: string): void {
  const entry = parse(line)
  const level = LEVELS.get(entry?.level as never)
  if (!entry || !level) {
    log.info({ stderr: line }, 'child stderr')
    return
  }
  const { level: _, pid: __, requestId, traceId, time, msg, ...rest } = entry
  // Under a member of its own, so that nothing it says reads as the gateway's word.
  log[level]({ requestId, traceId, domain: { time, msg, ...rest } }, 'domain server')
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{"level":')) return undefined
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    return undefined
  }
}
