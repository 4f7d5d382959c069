/** Who gains and who loses what between two policies, over what the catalog is known to have. */

import type { KnownAgent } from './check-policy.ts'
import type { AgentPolicy, Policy } from './compile.ts'
import { type Decision, decide, isGranted } from './decide.ts'
import type { Action, DefinitionFacts } from './definition-facts.ts'

/** One definition that one agent may use otherwise than before. */
export interface PolicyChange {
  agent: string
  kind: Action
  /** Public name, or URI. */
  name: string
  change: 'gained' | 'lost' | 'approval' | 'conditions'
  /** Roles of those who have to approve each call afterwards; absent where nobody has to. */
  approvers?: readonly string[]
  /** Conditions of calls afterwards (before, where it is lost), denying ones with a `!`, those that want an approval with a `?`. */
  when?: string[]
  /** Conditions before, where those have changed. */
  before?: string[]
}

/** The changes by agent, in the order of the catalog. */
export function diffPolicies(
  [before, after]: readonly [Policy, Policy],
  agents: readonly KnownAgent[],
  definitions: Readonly<Record<Action, readonly DefinitionFacts[]>>,
): PolicyChange[] {
  return agents.flatMap(({ name: agent, roles }) => {
    const policies = [before.forAgent(agent, roles), after.forAgent(agent, roles)] as const
    return (['tool', 'prompt', 'resource'] as const).flatMap((kind) =>
      definitions[kind].flatMap((facts) => {
        const change = changeOf(policies, kind, facts)
        return change ? [{ agent, kind, name: facts.uri ?? facts.publicName, ...change }] : []
      }),
    )
  })
}

function changeOf(
  [before, after]: readonly [AgentPolicy, AgentPolicy],
  kind: Action,
  facts: DefinitionFacts,
): Omit<PolicyChange, 'agent' | 'kind' | 'name'> | undefined {
  const old = decide(before, kind, facts)
  const next = decide(after, kind, facts)
  const had = conditionsOf(old)
  const has = conditionsOf(next)
  const approvers = next.approvers ? { approvers: next.approvers } : {}
  if (isGranted(old) !== isGranted(next)) {
    const when = isGranted(next) ? has : had
    return { change: isGranted(next) ? 'gained' : 'lost', ...approvers, ...(when.length > 0 ? { when } : {}) }
  }
  if (JSON.stringify(old.approvers) !== JSON.stringify(next.approvers)) return { change: 'approval', ...approvers }
  return JSON.stringify(had) === JSON.stringify(has) ? undefined : { change: 'conditions', when: has, before: had }
}

function conditionsOf({ conditional }: Decision): string[] {
  if (!conditional) return []
  const { denies, approves, allows } = conditional
  return [
    ...denies.map(({ when }) => `!(${when?.text})`),
    ...approves.map(({ when, approvers }) => `?(${when?.text ?? 'always'}: ${approvers.join(', ')})`),
    ...allows.map(({ when }) => when?.text ?? ''),
  ]
}
