/** Resolves `${env:NAME}` and `${file:/path}` where secrets may stand, and refuses them, and plain secrets, elsewhere. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { readClientKey } from './client-key.ts'
import { type ConfigNode, nodeAt, pathsLike, problemAt, scalarsIn } from './config-node.ts'
import type { Path, Problem } from './problem.ts'
import { REFERENCE_FORMS, Secret } from './secret.ts'

/** Where references lead. */
export interface ReferenceSources {
  env: Readonly<Record<string, string | undefined>>
  /** Folder that relative paths start from. */
  folder: string
}

const PLACES = [
  ['upstreams', '*', 'headers', '*'],
  ['upstreams', '*', 'env', '*'],
  ['upstreams', '*', 'auth', 'token'],
  ['upstreams', '*', 'auth', 'clientSecret'],
  ['upstreams', '*', 'auth', 'privateKey'],
  ['auth', 'issuers', '*', 'introspection', 'clientSecret'],
]
const REFERENCE = /\$\{(env|file):([^{}]+)\}/g
const SENSITIVE_HEADER = /authorization|cookie|token|secret|password|api-?key/i

/** Replaces the text at those places by secrets, resolved. */
export function resolveSecrets(root: ConfigNode, sources: ReferenceSources): Problem[] {
  const problems = PLACES.flatMap((place) => pathsLike(root, place)).flatMap((path) => {
    const node = nodeAt(root, path)!
    if (node.content.kind !== 'scalar' || typeof node.content.value !== 'string') return []
    const { text, messages } = resolveText(node.content.value, path, sources)
    node.content.value = new Secret(text)
    return messages.flatMap((message) => problemAt(root, path, message))
  })
  return [...problems, ...misplaced(root)]
}

function resolveText(written: string, path: Path, sources: ReferenceSources): { text: string; messages: string[] } {
  const messages: string[] = []
  const rest = written.replace(REFERENCE, '')
  if (rest.includes('${')) messages.push(`Want ${REFERENCE_FORMS}`)
  if (rest === written && isSensitive(path))
    messages.push(`Want a reference, ${REFERENCE_FORMS}, not the secret itself`)
  const text = written.replace(REFERENCE, (_, kind: string, name: string) => {
    try {
      return kind === 'env' ? readVariable(name, sources) : readSecretFile(name, sources)
    } catch (error) {
      messages.push((error as Error).message)
      return ''
    }
  })
  if (messages.length === 0) messages.push(...faultsOf(text, path))
  return { text, messages }
}

function readVariable(name: string, { env }: ReferenceSources): string {
  const value = Object.hasOwn(env, name) ? env[name] : undefined
  if (value === undefined) throw new Error(`Environment variable "${name}" is not set`)
  return value
}

function readSecretFile(path: string, { folder }: ReferenceSources): string {
  try {
    // Editors end files with a newline that is no part of the secret.
    return readFileSync(resolve(folder, path), 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    throw new Error(`Cannot read file "${path}": ${code === 'ENOENT' ? 'no such file' : code}`)
  }
}

function faultsOf(text: string, path: Path): string[] {
  if (path[2] === 'env') return text.includes('\0') ? ['Cannot hold a NUL character'] : []
  if (path[2] === 'auth' && text === '') return ['The secret is empty']
  if (path[3] === 'privateKey')
    return readClientKey(text)
      ? []
      : ['Want the PEM text of a private key: RSA of 2048 bits, P-256, P-384, P-521 or Ed25519']
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text) ? [] : ['Want one line of text that fits an HTTP header']
}

function isSensitive(path: Path): boolean {
  return path[0] === 'auth' || path[2] === 'auth' || (path[2] === 'headers' && SENSITIVE_HEADER.test(String(path[3])))
}

function misplaced(root: ConfigNode): Problem[] {
  const found = [...scalarsIn(root)].filter(
    ([, { content }]) =>
      content.kind === 'scalar' && typeof content.value === 'string' && /\$\{(env|file):/.test(content.value),
  )
  return found.flatMap(([path]) =>
    problemAt(root, path, 'References are read under headers, env and for secrets of auth only'),
  )
}
