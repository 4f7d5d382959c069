/** What stands at the end of every head: the time, and how long the connection is kept. */

/** How long a connection waits for its next request, ms. */
export const KEEP_ALIVE_MS = 65_000

const KEPT = `Connection: keep-alive\r\nKeep-Alive: timeout=${KEEP_ALIVE_MS / 1_000}\r\n\r\n`

let second = 0
let date = ''

/** The lines, and the empty one behind them. */
export function keptLines(isKept: boolean): string {
  const now = Math.floor(Date.now() / 1_000)
  if (now !== second) {
    second = now
    date = `Date: ${new Date().toUTCString()}\r\n`
  }
  return date + (isKept ? KEPT : '\r\n')
}
