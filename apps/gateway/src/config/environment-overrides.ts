/** Settings that the environment decides over the file. */
import { resolve } from 'node:path'
import { type ConfigNode, childOf } from './config-node.ts'

type Env = Readonly<Record<string, string | undefined>>

interface Override {
  path: readonly [string] | readonly [string, string]
  read?(text: string): unknown
}

const OVERRIDES: Readonly<Record<string, Override>> = {
  CAUSEWAY_HOST: { path: ['listen', 'host'] },
  CAUSEWAY_PORT: { path: ['listen', 'port'], read: numberIn },
  CAUSEWAY_ADMIN_PORT: { path: ['admin', 'port'], read: numberIn },
  // A relative path of the environment is seen from where the command runs, not from the file.
  CAUSEWAY_HOME: { path: ['dataDir'], read: (text) => resolve(text) },
  CAUSEWAY_PUBLIC_URL: { path: ['publicUrl'] },
  CAUSEWAY_STORE: { path: ['store'] },
  CAUSEWAY_SHARED: { path: ['shared'] },
}

/** Puts what the environment says in place of what the file says; an empty variable says nothing. */
export function applyEnvironment(root: ConfigNode, env: Env): void {
  for (const [name, { path, read }] of Object.entries(OVERRIDES)) {
    const text = env[name]
    if (text === undefined || text === '') continue
    const at = { file: name, line: 0, column: 0 }
    const node: ConfigNode = { at, content: { kind: 'scalar', value: read ? read(text) : text }, isGuess: false }
    setAt(root, path, node)
  }
}

function setAt(parent: ConfigNode, [step, ...rest]: readonly string[], node: ConfigNode): void {
  // What is no map is either wrong, and reported as such, or `admin: false`, which a port does not turn on.
  if (parent.content.kind !== 'map' || step === undefined) return
  const { entries } = parent.content
  if (rest.length === 0) {
    entries.set(step, node)
    return
  }
  const section = childOf(parent, step) ?? { at: node.at, content: { kind: 'map', entries: new Map() }, isGuess: false }
  entries.set(step, section)
  setAt(section, rest, node)
}

function numberIn(text: string): unknown {
  return /^\d{1,6}$/.test(text) ? Number(text) : text
}
