/** A disk that can be full: what the audit record is written to, in stories of trouble. */
import { type AuditFiles, diskFiles } from '../../src/audit/audit-files.ts'

export interface FailingFiles extends AuditFiles {
  /** Whether writes fail. */
  isFull: boolean
  /** How much of a write that fails is written all the same, bytes. */
  partBytes: number
  /** Whether what was written can be cut off again. */
  canCut: boolean
  /** How long each write takes, ms. */
  writeMs: number
  /** How many there were. */
  writes: number
  /** How long the disk takes to make bytes durable, ms. */
  syncMs: number
  /** How often it was asked to. */
  syncs: number
}

/** The real disk, until it is told to fail. */
export function failingFiles(): FailingFiles {
  const full = () => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  const files: FailingFiles = {
    isFull: false,
    partBytes: 0,
    canCut: true,
    writeMs: 0,
    writes: 0,
    syncMs: 0,
    syncs: 0,
    syncFolder: diskFiles.syncFolder,
    async create(path) {
      const file = await diskFiles.create(path)
      return {
        async write(bytes, position) {
          files.writes++
          if (files.writeMs > 0) await new Promise((resolve) => setTimeout(resolve, files.writeMs))
          if (!files.isFull) return file.write(bytes, position)
          await file.write(bytes.subarray(0, files.partBytes), position)
          throw full()
        },
        async sync() {
          files.syncs++
          await file.sync()
          if (files.syncMs > 0) await new Promise((resolve) => setTimeout(resolve, files.syncMs))
        },
        checkName: () => file.checkName(),
        truncate: (bytes) => (files.canCut ? file.truncate(bytes) : Promise.reject(full())),
        close: () => file.close(),
      }
    },
  }
  return files
}
