/** Splits a pipe into lines with a bound on each, because a peer that never ends a line must not fill the memory. */

/** What the reader calls. */
export interface LineEvents {
  /** @param bytes the same as it came; where that is not UTF-8, the text has replacements */
  onLine(line: string, bytes: Buffer): void
  /** Called once for a line past the bound, with its beginning and, if it ends soon enough, its end. */
  onOverflow(start: string, end: string): void
}

const EDGE_BYTES = 512
const EMPTY: Buffer = Buffer.alloc(0)
/** A line may be this many times longer than the bound before nobody waits for its end any more. */
const PATIENCE = 4

/** Makes the reader of one pipe: a function that takes its chunks. */
export function createLineReader(maxBytes: number, on: LineEvents): (chunk: Buffer) => void {
  let line = new Line()
  return (chunk) => {
    for (let start = 0; ; ) {
      const end = chunk.indexOf(10, start)
      line.add(chunk.subarray(start, end < 0 ? undefined : end), maxBytes)
      if (line.bytes > maxBytes * PATIENCE) line.reportOverflow(on, '')
      if (end < 0) return
      if (line.bytes > maxBytes) line.reportOverflow(on, line.edge)
      else on.onLine(line.content.toString('utf8'), line.content)
      line = new Line()
      start = end + 1
    }
  }
}

class Line {
  bytes = 0
  #chunks: Buffer[] = []
  #start = ''
  #end = EMPTY
  #isReported = false

  add(part: Buffer, maxBytes: number): void {
    const wasWithin = this.bytes <= maxBytes
    this.bytes += part.length
    if (this.bytes <= maxBytes) this.#chunks.push(part)
    else {
      if (wasWithin)
        this.#start = Buffer.concat([...this.#chunks, part])
          .subarray(0, EDGE_BYTES)
          .toString('utf8')
      this.#chunks = []
      this.#end = Buffer.from(Buffer.concat([this.#end, part.subarray(-EDGE_BYTES)]).subarray(-EDGE_BYTES))
    }
  }

  get content(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  get edge(): string {
    return this.#end.toString('utf8')
  }

  reportOverflow(on: LineEvents, end: string): void {
    if (!this.#isReported) on.onOverflow(this.#start, end)
    this.#isReported = true
  }
}
