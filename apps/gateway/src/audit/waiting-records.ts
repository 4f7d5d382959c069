/** Records that wait for their write: as bytes from the start, so that nothing of them is left for the garbage collector to move. */

/** One of them. */
export interface WaitingRecord {
  /** The body. */
  bytes: Buffer
  atMs: number
  /** Who waits until it is on the disk. */
  waiter: { resolve(): void; reject(error: unknown): void } | undefined
}

const ARENA_BYTES = 512 * 1024
/** Of one UTF-16 unit. */
const MAX_UTF8_BYTES = 3

export class WaitingRecords {
  #records: WaitingRecord[] = []
  #arena = Buffer.allocUnsafeSlow(ARENA_BYTES)
  #used = 0
  /** Bytes of all bodies. */
  bytes = 0

  get count(): number {
    return this.#records.length
  }

  /** Whether somebody waits for one of them. */
  get isUrgent(): boolean {
    return this.#records.some(({ waiter }) => waiter)
  }

  get oldest(): WaitingRecord | undefined {
    return this.#records[0]
  }

  /** Adds a body. */
  add(body: string, atMs: number, waiter?: WaitingRecord['waiter']): void {
    this.#makeRoom(body.length * MAX_UTF8_BYTES)
    const length = this.#arena.write(body, this.#used)
    const bytes = this.#arena.subarray(this.#used, this.#used + length)
    this.#used += length
    this.bytes += length
    this.#records.push({ bytes, atMs, waiter })
  }

  /** Takes the oldest, at most so many. */
  take(count: number): WaitingRecord[] {
    const taken = this.#records.length <= count ? this.#records : this.#records.slice(0, count)
    this.#records = taken === this.#records ? [] : this.#records.slice(count)
    for (const { bytes } of taken) this.bytes -= bytes.length
    return taken
  }

  /** Puts some back before all others, without those that somebody waits for, of which none stays. @returns these */
  refuse(taken: readonly WaitingRecord[]): WaitingRecord[] {
    const all = [...taken, ...this.#records]
    this.#records = all.filter(({ waiter }) => !waiter)
    this.bytes = this.#records.reduce((sum, { bytes }) => sum + bytes.length, 0)
    return all.filter(({ waiter }) => waiter)
  }

  /** Tells that what was taken is in the file: its bytes may be written over once nothing else waits. */
  release(): void {
    if (this.#records.length === 0) this.#used = 0
  }

  #makeRoom(bytes: number): void {
    if (this.#used + bytes <= this.#arena.length) return
    this.#arena = Buffer.allocUnsafeSlow(Math.max(ARENA_BYTES, bytes))
    this.#used = 0
  }
}
