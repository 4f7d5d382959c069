/** Splits a pipe into lines with a bound on each, because a peer that never ends a line must not fill the memory. */

/** Calls `onLine` for each complete line, `onOverflow` once for each line past the bound (with its beginning). */
export function createLineReader(
  maxBytes: number,
  on: { onLine(line: string): void; onOverflow(start: string): void },
): (chunk: Buffer) => void {
  let chunks: Buffer[] = []
  let bytes = 0
  let isSkipping = false
  return (chunk) => {
    let start = 0
    for (;;) {
      const end = chunk.indexOf(10, start)
      const part = chunk.subarray(start, end < 0 ? undefined : end)
      if (!isSkipping) {
        chunks.push(part)
        bytes += part.length
        if (bytes > maxBytes) {
          on.onOverflow(Buffer.concat(chunks).subarray(0, 512).toString('utf8'))
          isSkipping = true
        }
      }
      if (isSkipping) chunks = []
      if (end < 0) return
      if (!isSkipping) on.onLine(Buffer.concat(chunks).toString('utf8'))
      chunks = []
      bytes = 0
      isSkipping = false
      start = end + 1
    }
  }
}
