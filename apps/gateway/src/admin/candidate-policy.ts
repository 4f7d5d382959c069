/** A policy that is not in force yet: held against its tests and the catalog, and compared with the one that is. */
import { knownToolsOf } from '../catalog/known-tools.ts'
import type { Rule } from '../config/schema.ts'
import { GatewayError } from '../errors.ts'
import { knownAgents } from '../identity/known-agents.ts'
import { compilePolicy, type Policy } from '../policy/compile.ts'
import { conditionProblems, formatConditionProblem } from '../policy/condition-problems.ts'
import { diffPolicies, type PolicyChange } from '../policy/diff-policies.ts'
import { runPolicyTests } from '../policy/run-tests.ts'
import { sourced } from '../policy/with-stored-rules.ts'
import type { AdminParts } from './route.ts'

/** Roles that agents of the store would have. */
export type RolesByAgent = ReadonlyMap<string, readonly string[]>

/** What is known of a policy before it is in force. */
export interface Candidate {
  policy: Policy
  /** Why it cannot be put in force; empty when it can. */
  problems: string[]
}

/** The policy of the file with these rules in place of those of the store. */
export function candidatePolicy(rules: readonly unknown[], { gateway }: AdminParts): Candidate {
  const { config, policy: live } = gateway.live
  const added = sourced(rules)
  const policy = compilePolicy({ agents: config.agents, rules: [...config.rules, ...added] })
  const known = knownToolsOf(gateway.catalog.current)
  const failed = runPolicyTests(policy, config.tests, known).filter(({ outcome }) => outcome === 'failed')
  const before = new Set(live.rules.map(({ id, when }) => JSON.stringify([id, when?.text])))
  const fresh = added.filter(({ id, when }) => !before.has(JSON.stringify([id, when])))
  const misfits = conditionProblems(compilePolicy({ agents: {}, rules: fresh }), known.tools)
  return {
    policy,
    problems: [
      ...failed.map(({ test, note }) => `${test.source} tests: ${note ?? `expected ${test.expect}`}`),
      ...misfits.map(formatConditionProblem),
    ],
  }
}

/**
 * Puts rules in force as one, and in every process on the same store.
 * @param after the version that they were made in view of
 * @throws GatewayError policy_refused | precondition_failed; nothing has changed then
 */
export function activateRules(
  rules: readonly unknown[],
  how: { author: string; after: number },
  parts: AdminParts,
): void {
  const ids = new Set<string>()
  for (const { id } of sourced(rules)) {
    if (ids.has(id)) throw refused([`two rules have the id "${id}"`])
    ids.add(id)
  }
  const { problems } = candidatePolicy(rules, parts)
  if (problems.length > 0) throw refused(problems)
  if (!parts.store.policyVersions.add(rules, { ...how, nowMs: Date.now() }))
    throw new GatewayError('precondition_failed', 'Cannot change the rules: they are not as they were read')
}

/** Who would gain and lose what. */
export function simulate(candidate: Policy, roles: RolesByAgent, { gateway, store }: AdminParts): PolicyChange[] {
  const { config, policy } = gateway.live
  const agents = knownAgents([config], store)
  const fresh = [...roles.keys()].filter((name) => !agents.some((agent) => agent.name === name))
  const all = [...agents, ...fresh.map((name) => ({ name, roles: [] as string[] }))]
  const after: Policy = {
    ...candidate,
    forAgent: (agent, stored) => candidate.forAgent(agent, roles.get(agent) ?? stored),
  }
  return diffPolicies([policy, after], all, knownToolsOf(gateway.catalog.current).definitions)
}

/** The rules of the store, as they are now. */
export function storedRules({ store }: AdminParts): { version: number; rules: Rule[] } {
  const { version, rules } = store.policyVersions.current()
  return { version, rules: sourced(rules) }
}

function refused(problems: readonly string[]): GatewayError {
  return new GatewayError('policy_refused', `Cannot put the rules in force: ${problems[0]}`, {
    data: { problems: problems.map((message) => ({ at: 'rules', message })) },
  })
}
