/** What the audit record asks of the file system; tests put a failing one in its place. */
import { open } from 'node:fs/promises'

/** One open file that is only ever written behind its end, or cut there. */
export interface AuditFile {
  /** Writes all of the bytes at a position; a part of them may stay when it fails. */
  write(bytes: Uint8Array, position: number): Promise<void>
  /** Returns when the bytes are on the disk. */
  sync(): Promise<void>
  truncate(bytes: number): Promise<void>
  close(): Promise<void>
}

/** Makes files. */
export interface AuditFiles {
  /**
   * A new file, readable by its owner alone.
   * @throws when there is one of that name
   */
  create(path: string): Promise<AuditFile>
  /** Makes the names in a folder durable. */
  syncFolder(path: string): Promise<void>
}

/** The disk. */
export const diskFiles: AuditFiles = {
  async create(path) {
    const handle = await open(path, 'wx', 0o600)
    return {
      async write(bytes, position) {
        for (let done = 0; done < bytes.length; ) {
          const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done)
          done += bytesWritten
        }
      },
      sync: () => handle.datasync(),
      truncate: (bytes) => handle.truncate(bytes),
      close: () => handle.close(),
    }
  },
  async syncFolder(path) {
    const handle = await open(path, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  },
}
