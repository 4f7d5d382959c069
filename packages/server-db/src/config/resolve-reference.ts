/** Resolves `${env:NAME}` and `${file:/path}` in a connection. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** How a reference is written, for messages. */
export const REFERENCE_FORMS = '$' + '{env:NAME} or $' + '{file:/path}'

/** Where references lead. */
export interface ReferenceSources {
  env: Readonly<Record<string, string | undefined>>
  /** Folder that relative paths start from. */
  folder: string
}

/** @throws with a message that names the reference and never its value */
export function resolveReferences(written: string, { env, folder }: ReferenceSources): string {
  const text = written.replace(/\$\{(env|file):([^{}]+)\}/g, (_, kind: string, name: string) => {
    if (kind === 'file') return readSecretFile(resolve(folder, name), name)
    const value = Object.hasOwn(env, name) ? env[name] : undefined
    if (value === undefined) throw new Error(`Environment variable "${name}" is not set`)
    return value
  })
  if (written.replace(/\$\{(env|file):[^{}]+\}/g, '').includes('${')) throw new Error(`Want ${REFERENCE_FORMS}`)
  if (text === '') throw new Error('The connection is empty')
  return text
}

function readSecretFile(path: string, name: string): string {
  try {
    // Editors end files with a newline that is no part of the secret.
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '')
  } catch {
    throw new Error(`Cannot read file "${name}"`)
  }
}
