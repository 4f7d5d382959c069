/** Writes one chain: records gather for a moment and go to the file in one write, and all that must be durable share one wait for the disk. */
import { join } from 'node:path'
import type { AuditFiles } from './audit-files.ts'
import { EMPTY_HEAD, type Head, MAX_FRAME_BYTES, sealInto } from './chain.ts'
import { Segment } from './segment.ts'
import { segmentName } from './segment-name.ts'
import { type WaitingRecord, WaitingRecords } from './waiting-records.ts'

/** What a chain is written with. */
export interface ChainParts {
  folder: string
  instance: string
  files: AuditFiles
  now(): number
  /** Makes the record that tells of others that were lost. */
  lossBody(loss: Loss): string
  /** Told of lines that are in the file; their bytes are good until it returns. */
  onWritten(lines: Buffer): void
  /** Told once when writing fails, and with `undefined` when it works again. */
  onTrouble(error: unknown): void
  /** A segment gets no longer than this, bytes. */
  maxSegmentBytes?: number
}

/** Records that found no place in memory while nothing could be written. */
export interface Loss {
  count: number
  fromMs: number
  untilMs: number
}

/** Records wait no longer before they go to the file. */
const GATHER_MS = 25
/** So many do not wait. */
const GATHER_RECORDS = 128
/** Most records of one write: each is hashed, and calls wait meanwhile. */
const MAX_BATCH = 512
const RETRY_MS = 250
const MAX_WAITING_RECORDS = 20_000
const MAX_WAITING_BYTES = 16 * 1024 * 1024
const MAX_SEGMENT_BYTES = 64 * 1024 * 1024
const DAY_MS = 86_400_000

export class ChainWriter {
  readonly #parts: ChainParts
  readonly #maxSegmentBytes: number
  #head: Head = EMPTY_HEAD
  #segment: Segment | undefined
  #segments = 0
  readonly #waiting = new WaitingRecords()
  #lines = Buffer.allocUnsafeSlow(256 * 1024)
  #timer: NodeJS.Timeout | undefined
  #soon: NodeJS.Immediate | undefined
  #draining: Promise<void> | undefined
  /** How many records are in the write that is under way. */
  #writing = 0
  #loss: Loss | undefined
  #triedAtMs = 0
  #trouble: unknown

  constructor(parts: ChainParts) {
    this.#parts = parts
    this.#maxSegmentBytes = parts.maxSegmentBytes ?? MAX_SEGMENT_BYTES
  }

  /** The last record that is in the file. */
  get head(): Head {
    return this.#head
  }

  /** How long the oldest record has been waiting, ms. */
  get lagMs(): number {
    const { oldest } = this.#waiting
    return oldest ? Math.max(0, this.#parts.now() - oldest.atMs) : 0
  }

  /** How many records are not in the file yet. */
  get waiting(): number {
    return this.#waiting.count
  }

  /** Why nothing can be written; `undefined` while it can. */
  get trouble(): unknown {
    return this.#trouble
  }

  /** Adds a record; it is in the file within 50 ms. While nothing can be written it waits, and is counted where too many wait. */
  append(body: string): void {
    if (!this.#hasRoomFor(body)) {
      this.#lose()
      return
    }
    this.#tellLoss()
    this.#waiting.add(body, this.#parts.now())
    if (this.#trouble === undefined && this.#waiting.count >= GATHER_RECORDS) this.#drainSoon()
    else this.#timer ??= setTimeout(() => this.#drain(), this.#pauseMs).unref()
  }

  /**
   * Adds a record and returns when it is on the disk.
   * @throws when it cannot be written; then it is not in the chain
   */
  appendDurably(body: string): Promise<void> {
    // While the disk is full a call is refused at once, and not each of them tries again.
    if (this.#trouble !== undefined && this.#parts.now() - this.#triedAtMs < RETRY_MS)
      return Promise.reject(this.#trouble)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#tellLoss()
    this.#waiting.add(body, this.#parts.now(), { resolve, reject })
    this.#drainSoon()
    return promise
  }

  /** Writes what waits now, and not what comes meanwhile: under load there is always more. */
  async flush(): Promise<void> {
    const until = this.#head.seq + this.#writing + this.#waiting.count
    while (this.#head.seq < until && this.#writing + this.#waiting.count > 0) {
      const before = this.#head.seq
      await this.#drain()
      if (this.#trouble !== undefined && this.#head.seq === before) return
    }
  }

  /** Writes what waits and closes the file. */
  async end(): Promise<void> {
    do await this.flush()
    while (this.#waiting.count > 0 && this.#trouble === undefined)
    await this.#draining
    clearTimeout(this.#timer)
    clearImmediate(this.#soon)
    await this.#segment?.end().catch((error: unknown) => this.#parts.onTrouble(error))
    this.#segment = undefined
  }

  #hasRoomFor(body: string): boolean {
    return this.#waiting.count < MAX_WAITING_RECORDS && this.#waiting.bytes + body.length < MAX_WAITING_BYTES
  }

  #lose(): void {
    const nowMs = this.#parts.now()
    if (!this.#loss) this.#loss = { count: 0, fromMs: nowMs, untilMs: nowMs }
    this.#loss.count++
    this.#loss.untilMs = nowMs
  }

  #tellLoss(): void {
    const loss = this.#loss
    if (!loss) return
    this.#loss = undefined
    this.#waiting.add(this.#parts.lossBody(loss), this.#parts.now())
  }

  // What arrives in the same turn shares the write.
  #drainSoon(): void {
    this.#soon ??= setImmediate(() => {
      this.#soon = undefined
      void this.#drain()
    })
  }

  #drain(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#draining ??= this.#writeWaiting().finally(() => {
      this.#draining = undefined
      if (this.#waiting.count > 0) this.#timer ??= setTimeout(() => this.#drain(), this.#pauseMs).unref()
    })
    return this.#draining
  }

  get #pauseMs(): number {
    return this.#trouble === undefined ? Math.max(0, GATHER_MS - this.lagMs) : RETRY_MS
  }

  // The few that came late in a write gather for the next: under load each write of their own would follow on the one before it, and cost as much as a large one.
  async #writeWaiting(): Promise<void> {
    while (this.#waiting.count > 0) {
      const batch = this.#waiting.take(MAX_BATCH)
      this.#writing = batch.length
      try {
        await this.#write(batch)
      } catch (error) {
        this.#writing = 0
        this.#failed(batch, error)
        return
      }
      this.#writing = 0
      this.#worked(batch)
      if (this.#mayGather) return
    }
  }

  get #mayGather(): boolean {
    return !this.#waiting.isUrgent && this.#waiting.count < GATHER_RECORDS && this.lagMs < GATHER_MS
  }

  async #write(batch: readonly WaitingRecord[]): Promise<void> {
    this.#makeRoom(batch)
    let head = this.#head
    let end = 0
    for (const { bytes } of batch) {
      const sealed = sealInto(this.#lines, end, bytes, head)
      head = sealed
      end = sealed.end
    }
    const segment = await this.#openSegment()
    const lines = this.#lines.subarray(0, end)
    await segment.append(
      lines,
      batch.some(({ waiter }) => waiter),
    )
    this.#head = { seq: head.seq, hash: head.hash }
    this.#parts.onWritten(lines)
  }

  #makeRoom(batch: readonly WaitingRecord[]): void {
    const needed = batch.reduce((sum, { bytes }) => sum + bytes.length + MAX_FRAME_BYTES, 0)
    if (this.#lines.length < needed) this.#lines = Buffer.allocUnsafeSlow(needed)
  }

  #worked(batch: readonly WaitingRecord[]): void {
    this.#waiting.release()
    for (const { waiter } of batch) waiter?.resolve()
    if (this.#trouble !== undefined) {
      this.#trouble = undefined
      this.#parts.onTrouble(undefined)
    }
    this.#tellLoss()
  }

  // Those that somebody waits for are refused and gone: what they announce does not happen. The others wait for better times.
  #failed(batch: readonly WaitingRecord[], error: unknown): void {
    this.#triedAtMs = this.#parts.now()
    const refused = this.#waiting.refuse(batch)
    if (this.#trouble === undefined) this.#parts.onTrouble(error)
    this.#trouble = error ?? new Error('Cannot write the audit record')
    for (const { waiter } of refused) waiter?.reject(error)
  }

  async #openSegment(): Promise<Segment> {
    const { folder, instance, files, now } = this.#parts
    const nowMs = now()
    const old = this.#segment
    if (old && !old.isLost && old.bytes < this.#maxSegmentBytes && dayOf(old.beganAtMs) === dayOf(nowMs)) return old
    const path = join(folder, segmentName(instance, this.#segments + 1, nowMs))
    const next = await Segment.begin(files, { folder, path, nowMs })
    this.#segments++
    this.#segment = next
    await old?.end()
    return next
  }
}

function dayOf(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS)
}
