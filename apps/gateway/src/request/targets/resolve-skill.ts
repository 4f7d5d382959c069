/** Finds the owner of what the Skills extension asks for: a skill by its `SKILL.md`, listed or not, and a folder of files. */
import { GatewayError } from '../../errors.ts'
import { decide } from '../../policy/decide.ts'
import type { View } from '../view.ts'
import { resolveResource } from './resolve-resource.ts'
import { type Target, toTarget, unknownTarget } from './target.ts'

/**
 * The skill that `skills/get` asks for.
 * @throws GatewayError unknown_resource | invalid_params | method_not_found
 */
export function resolveSkill(uri: unknown, view: View): Target {
  if (!view.upstreams().some(({ id }) => view.servesSkills(id))) throw unknownMethod('skills/get')
  const seen = typeof uri === 'string' ? view.find('skills', uri) : undefined
  if (seen) return toTarget(seen, undefined)
  const target = resolveResource(uri, view)
  if (!view.servesSkills(target.entry.upstream)) throw unknownTarget('skills', target.name)
  return target
}

/**
 * The folder that `resources/directory/read` asks for. One in a skill that the caller sees is there for the caller too, unless a rule denies it.
 * @throws GatewayError unknown_resource | invalid_params | method_not_found
 */
export function resolveDirectory(uri: unknown, view: View): Target {
  if (!view.upstreams().some(({ id }) => view.readsDirectories(id))) throw unknownMethod('resources/directory/read')
  const target = resolveResource(uri, view)
  if (!view.readsDirectories(target.entry.upstream)) throw unknownTarget('resources', target.name)
  return { ...target, seenBy: target.seenBy ?? folderDecision(target.name, view) }
}

/** The decision about a folder, if it allows it. */
function folderDecision(uri: string, view: View): Target['seenBy'] {
  const skill = view.skillWith(uri)
  const seen = skill && view.find('skills', skill.originalName)
  if (!seen) return undefined
  const own = decide(view.policy, 'resource', { ...seen.entry.facts, publicName: uri, uri })
  return own.effect === 'allow' || own.rule !== undefined ? undefined : seen.decision
}

function unknownMethod(method: string): GatewayError {
  return new GatewayError(
    'method_not_found',
    `Cannot serve method ${JSON.stringify(method)}: no upstream here serves it`,
  )
}
