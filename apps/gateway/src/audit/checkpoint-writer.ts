/** Writes checkpoints of a chain to their own folder: at its start, every so many records or seconds, and at its end. */
import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Head } from './chain.ts'
import { type CheckpointKind, type CheckpointSigner, checkpointLine, keyLine } from './checkpoint.ts'

/** What they are written with. */
export interface CheckpointParts {
  folder: string
  instance: string
  signer: CheckpointSigner
  now(): number
  /** Told when one could not be written. */
  onTrouble(error: unknown): void
}

/** At most so many records, and so much time, are not covered by one. */
const EVERY_RECORDS = 1_000
const EVERY_MS = 10_000

export class CheckpointWriter {
  readonly #parts: CheckpointParts
  #written = 0
  #head: Head | undefined
  #timer: NodeJS.Timeout | undefined
  #last: Promise<void> = Promise.resolve()
  #hasKey = false

  constructor(parts: CheckpointParts) {
    this.#parts = parts
  }

  /** Follows the chain. */
  advanced(head: Head): void {
    this.#head = head
    if (this.#written === 0 || head.seq - this.#written >= EVERY_RECORDS) this.#write('checkpoint')
    else this.#timer ??= setTimeout(() => this.#write('checkpoint'), EVERY_MS).unref()
  }

  /**
   * Tells that the records of a chain up to `head` are deleted by rule.
   * @throws when that could not be written
   */
  async retain(instance: string, head: Head): Promise<void> {
    await this.#last
    await this.#append(this.#line('retention', { instance, ...head }))
  }

  /** The last one; returns when all are on the disk. */
  async end(): Promise<void> {
    clearTimeout(this.#timer)
    if (this.#head) this.#write('end')
    await this.#last
  }

  #write(kind: CheckpointKind): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const head = this.#head as Head
    this.#written = head.seq
    const line = this.#line(kind, { instance: this.#parts.instance, ...head })
    this.#last = this.#last.then(() => this.#append(line)).catch((error: unknown) => this.#parts.onTrouble(error))
  }

  #line(kind: CheckpointKind, of: Head & { instance: string }): string {
    const { signer, now } = this.#parts
    return checkpointLine({ kind, ...of, time: new Date(now()).toISOString() }, signer)
  }

  // Opened each time: the folder may be on a disk that comes and goes.
  async #append(line: string): Promise<void> {
    const { folder, instance, signer } = this.#parts
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const file = await open(join(folder, `${instance}.jsonl`), 'a', 0o600)
    try {
      await file.appendFile(this.#hasKey ? line : keyLine(signer) + line)
      await file.datasync()
      this.#hasKey = true
    } finally {
      await file.close()
    }
  }
}
