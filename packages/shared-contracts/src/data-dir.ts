/** A directory for one process's durable state, with the secret that seals its tokens. */
import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface DataDir {
  path: string
  /** 32 random bytes, made on first use, in a file only its owner can read. */
  secret: Uint8Array
}

/** Opens the directory, creating it (0700) and its secret (0600) when missing. */
export function openDataDir(path: string): DataDir {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const file = join(path, 'secret.key')
  try {
    return { path, secret: readSecret(file) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  // Written aside and linked, so that two processes starting together agree on one whole file.
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`
  writeFileSync(draft, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' })
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft, { force: true })
  }
  return { path, secret: readSecret(file) }
}

function readSecret(file: string): Uint8Array {
  const secret = Buffer.from(readFileSync(file, 'utf8').trim(), 'hex')
  if (secret.length !== 32) throw new Error(`Cannot use ${file}: it must hold 64 hex digits`)
  return secret
}
