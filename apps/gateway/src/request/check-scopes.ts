/** Holds a call against the scopes of the caller's token: what a rule grants by scope, a token without that scope does not have. */
import { GatewayError } from '../errors.ts'
import type { ProtectedResource } from '../identity/protected-resource.ts'
import { type Decision, decide, isGranted } from '../policy/decide.ts'
import type { Caller } from './caller.ts'
import type { Target } from './targets/target.ts'
import type { View } from './view.ts'

/** The scopes that the caller's token would need for the call and does not all have; none for callers without a token. */
export function missingScopes(target: Target, view: View, caller: Caller): readonly string[] {
  const granted = grantedWithout(target, view, caller)
  return granted?.effect === 'deny' ? target.entry.facts.scopes : []
}

/**
 * The decision as far as the caller's token carries it: the token's lack leaves the rules that need no scope, and takes away none that denies or wants an approval.
 * @throws GatewayError insufficient_scope, with every scope that the call needs
 */
export function narrow(
  decision: Decision,
  target: Target,
  on: { view: View; caller: Caller; resource: ProtectedResource },
): Decision {
  const granted = grantedWithout(target, on.view, on.caller)
  if (!granted) return decision
  if (!isGranted(granted))
    throw insufficient(target, on.resource.scopeChallengeOf(on.view.route, target.entry.facts.scopes))
  return granted
}

// Rules select tools alone by scope.
function grantedWithout({ entry }: Target, view: View, { token }: Caller): Decision | undefined {
  const { facts, kind } = entry
  if (!token || kind !== 'tools' || facts.scopes.every((scope) => token.scopes.includes(scope))) return undefined
  return decide(view.policy, 'tool', facts, { ...facts, scopes: [] })
}

function insufficient({ name, entry }: Target, challenge: string): GatewayError {
  return new GatewayError('insufficient_scope', `Cannot call "${name}": the access token lacks a scope`, {
    challenge,
    data: { requiredScopes: entry.facts.scopes },
  })
}
