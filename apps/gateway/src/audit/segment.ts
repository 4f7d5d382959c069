/** One file of a chain: whole lines are added behind its end, and what a failed write left there is cut off before anything follows. */
import type { AuditFile, AuditFiles } from './audit-files.ts'

export class Segment {
  readonly #file: AuditFile
  #hasRemains = false
  /** Whether somebody removed the file or moved it away, so that nothing may follow in it. */
  isLost = false
  /** Bytes of whole, good lines. */
  bytes = 0
  /** When it was begun, ms since the epoch. */
  readonly beganAtMs: number

  private constructor(file: AuditFile, beganAtMs: number) {
    this.#file = file
    this.beganAtMs = beganAtMs
  }

  /** Begins a new file. */
  static async begin(files: AuditFiles, at: { folder: string; path: string; nowMs: number }): Promise<Segment> {
    const file = await files.create(at.path)
    try {
      await files.syncFolder(at.folder)
    } catch (error) {
      await file.close()
      throw error
    }
    return new Segment(file, at.nowMs)
  }

  /**
   * Adds lines.
   * @param isDurable waits until they are on the disk
   * @throws when they could not be written; then none of them is there
   */
  async append(bytes: Uint8Array, isDurable: boolean): Promise<void> {
    if (this.#hasRemains) await this.#cut()
    try {
      await this.#file.write(bytes, this.bytes)
      if (isDurable) await this.#file.sync()
      await this.#checkName()
    } catch (error) {
      this.#hasRemains = true
      await this.#cut().catch(() => {})
      throw error
    }
    this.bytes += bytes.length
  }

  /** Puts all of it on the disk and lets go of it. */
  async end(): Promise<void> {
    if (this.#hasRemains) await this.#cut().catch(() => {})
    try {
      await this.#file.sync()
    } finally {
      await this.#file.close()
    }
  }

  // After the write and not before it, so that there is no moment at which a record could be lost unseen.
  async #checkName(): Promise<void> {
    try {
      await this.#file.checkName()
    } catch (error) {
      this.isLost = true
      throw error
    }
  }

  async #cut(): Promise<void> {
    await this.#file.truncate(this.bytes)
    this.#hasRemains = false
  }
}
