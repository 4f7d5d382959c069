/** Severities of log messages (RFC 5424, as MCP names them), and which of them a client wants to hear. */

const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency']

/** Whether a value names a severity. */
export function isLogLevel(value: unknown): value is string {
  return typeof value === 'string' && LEVELS.includes(value)
}

/** Whether a message of this severity is at least as severe as asked for; an unknown one is let through. */
export function isLoudEnough(level: unknown, wanted: string | undefined): boolean {
  if (wanted === undefined || !isLogLevel(level)) return true
  return LEVELS.indexOf(level) >= LEVELS.indexOf(wanted)
}
