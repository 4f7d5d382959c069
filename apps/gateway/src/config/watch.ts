/** Notices that the configuration's files have changed, whichever way an editor or a deployment replaces them. */
import { createHash } from 'node:crypto'
import { type FSWatcher, watch } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { readConfigFiles } from './config-files.ts'

/** Watches until it is closed. */
export interface ConfigWatch {
  close(): void
}

const SETTLE_MS = 100

/**
 * Calls back after the files have changed and then rested.
 * @param path of the main file
 */
export function watchConfig(path: string, onChange: () => void): ConfigWatch {
  const folder = dirname(resolve(path))
  let known = fingerprintOf(path)
  let timer: NodeJS.Timeout | undefined
  // Folders are watched, not files: a file that is replaced by renaming takes its watch with it.
  const main = watchFolder(folder, touch)
  let extra = watchFolder(join(folder, 'conf.d'), touch)

  function touch() {
    clearTimeout(timer)
    timer = setTimeout(settle, SETTLE_MS)
    timer.unref()
  }

  function settle() {
    // The folder may be new, or another one by the same name.
    extra?.close()
    extra = watchFolder(join(folder, 'conf.d'), touch)
    const current = fingerprintOf(path)
    if (current === known) return
    known = current
    onChange()
  }

  return {
    close() {
      clearTimeout(timer)
      main?.close()
      extra?.close()
    },
  }
}

function watchFolder(folder: string, touch: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, touch)
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return undefined
  }
}

function fingerprintOf(path: string): string {
  try {
    const { files } = readConfigFiles(path)
    return createHash('sha256').update(JSON.stringify(files)).digest('hex')
  } catch (error) {
    return `unreadable: ${error}`
  }
}
