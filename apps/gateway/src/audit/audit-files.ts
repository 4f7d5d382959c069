/** What the audit record asks of the file system; tests put a failing one in its place. */
import { access, type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'

/** One open file that is only ever written behind its end, or cut there. */
export interface AuditFile {
  /** Writes all of the bytes at a position; a part of them may stay when it fails. */
  write(bytes: Uint8Array, position: number): Promise<void>
  /** Returns when the bytes are on the disk. */
  sync(): Promise<void>
  /** @throws when nothing stands any more under the name that it was made by: what is written then is lost once the file is let go */
  checkName(): Promise<void>
  truncate(bytes: number): Promise<void>
  close(): Promise<void>
}

/** Makes files. */
export interface AuditFiles {
  /**
   * A new file, readable by its owner alone; makes its folder where somebody removed that.
   * @throws when there is one of that name
   */
  create(path: string): Promise<AuditFile>
  /** Makes the names in a folder durable. */
  syncFolder(path: string): Promise<void>
}

/** The disk. */
export const diskFiles: AuditFiles = {
  async create(path) {
    const handle = await openNew(path)
    return {
      async write(bytes, position) {
        for (let done = 0; done < bytes.length; ) {
          const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done)
          done += bytesWritten
        }
      },
      sync: () => handle.datasync(),
      checkName: () => access(path),
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

async function openNew(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    // Not what is above it: a disk that is not mounted must not be taken for an empty one.
    await mkdir(dirname(path), { mode: 0o700 })
    return open(path, 'wx', 0o600)
  }
}
