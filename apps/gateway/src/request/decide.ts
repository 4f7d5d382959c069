/** The `decide` step: one decision for this very call, before anything is sent. */
import { type Decision, decide } from '../policy/decide.ts'
import { type Target, unknownTarget } from './target.ts'
import type { View } from './view.ts'

/**
 * The decision that allows the call. A concrete URI is judged as itself, whatever its template is.
 * @throws GatewayError unknown_tool | unknown_prompt | unknown_resource, because what policy denies is not there for the caller
 */
export function decideCall({ entry, name, seenBy }: Target, view: View): Decision {
  const decision = seenBy ?? decide(view.policy, 'resource', { ...entry.facts, publicName: name, uri: name })
  if (decision.effect !== 'allow') throw unknownTarget(seenBy ? entry.kind : 'resources', name)
  return decision
}
