/** Finds who owns a URI: the resource that is listed under it, the tool whose interface it is, the skill whose folder it is in, or the template that it could be made from. */
import type { Entry } from '../../catalog/definition.ts'
import { GatewayError } from '../../errors.ts'
import type { View } from '../view.ts'
import { type Target, toTarget, unknownTarget } from './target.ts'
import { ownsUri } from './template-match.ts'

/**
 * The resource of a URI that the caller may see; one that is not listed is still to be decided on.
 * @throws GatewayError unknown_resource | invalid_params
 */
export function resolveResource(uri: unknown, view: View): Target {
  if (typeof uri !== 'string')
    throw new GatewayError('invalid_params', 'Cannot find the resource: params.uri must be a string')
  const exact = view.find('resources', uri)
  if (exact) return toTarget(exact, undefined)
  // A listed resource that this caller may not see must not become readable by another way.
  const owner = view.hides(uri) ? undefined : ownerOf(uri, view)
  if (!owner) throw unknownTarget('resources', uri)
  return { entry: owner, name: uri, upstreamName: uri, field: undefined, seenBy: undefined }
}

// Upstreams with skills tend to have one template for all of them, each the same. A skill takes its folder from such a
// template, and not from one that stands for other resources of another upstream.
function ownerOf(uri: string, view: View): Entry | undefined {
  const app = view.appAt(uri)
  if (app) return app
  const template = view.templates().find((entry) => ownsUri(entry.originalName, uri))
  const skill = view.skillWith(uri)
  if (!skill || !template) return skill ?? template
  return view.servesSkills(template.upstream) ? skill : template
}
