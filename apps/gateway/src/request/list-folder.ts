/** A folder of a skill whose upstream cannot read folders, read from the skill's own list of files: what is announced for some upstreams must hold for all. */
import type { Entry } from '../catalog/definition.ts'
import { resultText } from '../wire/jsonrpc.ts'
import type { Inbound } from './read.ts'
import { resolveResource } from './targets/resolve-resource.ts'
import type { View } from './view.ts'

/**
 * The answer to `resources/directory/read`, or `undefined` for a folder that is its upstream's to read, or nobody's.
 * @throws GatewayError unknown_resource
 */
export function listFolder({ message, era }: Inbound, view: View): string | undefined {
  const { uri } = message.params
  const skill = typeof uri === 'string' ? view.skillWith(uri) : undefined
  if (typeof uri !== 'string' || !skill || view.readsDirectories(skill.upstream)) return undefined
  // Who sees the skill may read all of its files.
  const isVisible =
    view.find('skills', skill.originalName) && resolveResource(uri, view).entry.upstream === skill.upstream
  const isAnnounced = view.upstreams().some(({ id }) => view.readsDirectories(id))
  const resources = childrenOf(uri, skill)
  if (!isVisible || !isAnnounced || resources.length === 0) return undefined
  const caching = era === 'modern' ? { resultType: 'complete', ttlMs: 0, cacheScope: 'private' } : {}
  return resultText(message.idText as string, JSON.stringify({ resources, ...caching }))
}

function childrenOf(folder: string, { fileUris }: Entry): object[] {
  const children = new Map<string, object>()
  for (const file of fileUris) {
    if (!file.startsWith(`${folder}/`)) continue
    const [name = '', ...rest] = file.slice(folder.length + 1).split('/')
    const uri = `${folder}/${name}`
    children.set(uri, { uri, name: decoded(name), ...(rest.length > 0 ? { mimeType: 'inode/directory' } : {}) })
  }
  return [...children.values()]
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
