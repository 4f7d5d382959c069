/** What no single key can show: settings that contradict each other, the environment, or the disk. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { compileGlob } from '../policy/glob.ts'
import { type ConfigNode, nodeAt, pathsLike, placeOf, problemAt, valueAt } from './config-node.ts'
import { checkIssuers } from './issuer-checks.ts'
import { checkLocalOnly } from './local-only-checks.ts'
import { isLoopbackHost } from './loopback.ts'
import type { Path, Problem } from './problem.ts'

/** What a check may look at beside the configuration. */
export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>
  /** Folder of the main file. */
  folder: string
}

/** Finds contradictions; reads the values as written, so that they show beside all other problems. */
export function findContradictions(root: ConfigNode, { env, folder }: Surroundings): Problem[] {
  return [
    ...checkLocalOnly(root, env.NODE_ENV),
    ...checkIssuers(root),
    ...checkNamespaces(root),
    ...checkRuleIds(root),
    ...checkFolders(root, folder),
  ]
}

/** Finds what can be used as it is, but hardly as it was meant. */
export function findOddities(root: ConfigNode): Problem[] {
  return [...noteUnknownAgents(root), ...noteNobodyApproves(root), ...noteWildcardHost(root), ...noteOpenAdmin(root)]
}

function checkNamespaces(root: ConfigNode): Problem[] {
  const owners = new Map<string, string>()
  return pathsLike(root, ['upstreams', '*']).flatMap((path) => {
    const id = String(path[1])
    const namespace = textAt(root, [...path, 'namespace']) ?? id
    const owner = owners.get(namespace)
    owners.set(namespace, owner ?? id)
    if (owner === undefined) return []
    const what =
      namespace === 'none' ? 'Only one upstream can go without a namespace' : `Namespace "${namespace}" is taken`
    return problemAt(root, [...path, 'namespace'], `${what}: see upstream "${owner}"`)
  })
}

function checkRuleIds(root: ConfigNode): Problem[] {
  const places = new Map<string, string>()
  return pathsLike(root, ['rules', '*', 'id']).flatMap((path) => {
    const id = textAt(root, path)
    if (id === undefined) return []
    const first = places.get(id)
    const { file, line } = placeOf(nodeAt(root, path)!)
    places.set(id, first ?? `${file}:${line}`)
    return first === undefined ? [] : problemAt(root, path, `Rule "${id}" exists already, in ${first}`)
  })
}

function checkFolders(root: ConfigNode, folder: string): Problem[] {
  return pathsLike(root, ['upstreams', '*', 'run']).flatMap((path) => {
    const written = textAt(root, path)
    const isOff = valueAt(root, [...path.slice(0, -1), 'enabled']) === false
    if (written === undefined || isOff || existsSync(resolve(folder, written))) return []
    return problemAt(root, path, `No such folder "${written}"`)
  })
}

function noteUnknownAgents(root: ConfigNode): Problem[] {
  const globs = pathsLike(root, ['agents', '*']).map(([, name]) => compileGlob(String(name)))
  return pathsLike(root, ['tests', '*', 'as']).flatMap((path) => {
    const name = textAt(root, path)
    if (name === undefined || globs.some((glob) => glob(name))) return []
    return problemAt(root, path, `No agent "${name}" under agents: the test runs without roles`)
  })
}

function noteNobodyApproves(root: ConfigNode): Problem[] {
  const held = pathsLike(root, ['approvers', '*', 'roles', '*']).map((path) => textAt(root, path))
  return pathsLike(root, ['rules', '*', 'approvers']).flatMap((path) => {
    const wanted = valueAt(root, path)
    if (!Array.isArray(wanted) || wanted.some((role) => role === 'self' || held.includes(role))) return []
    return problemAt(root, path, `Nobody can approve: no one under approvers has the role ${wanted.join(' or ')}`)
  })
}

function noteOpenAdmin(root: ConfigNode): Problem[] {
  const path = ['admin', 'host']
  const host = textAt(root, path)
  if (host === undefined || isLoopbackHost(host)) return []
  return problemAt(
    root,
    path,
    'Other machines can connect to the admin API, without TLS: put a proxy with TLS before it',
  )
}

function noteWildcardHost(root: ConfigNode): Problem[] {
  const path = ['listen', 'host']
  const host = textAt(root, path) ?? ''
  if (!['0.0.0.0', '::'].includes(host) || valueAt(root, ['publicUrl']) !== undefined) return []
  return problemAt(root, path, `Other machines can connect, but their Host is refused: set publicUrl`)
}

function textAt(root: ConfigNode, path: Path): string | undefined {
  const value = valueAt(root, path)
  return typeof value === 'string' ? value : undefined
}
