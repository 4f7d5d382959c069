/** What in a policy is hardly as it was meant: rules that do nothing, names of nobody, and agents who hold too much at once. */
import type { Rule } from '../config/schema.ts'
import type { CompiledRule, Policy } from './compile.ts'
import { conditionProblems, formatConditionProblem } from './condition-problems.ts'
import { decide } from './decide.ts'
import { type Action, type Ask, askOf, type DefinitionFacts } from './definition-facts.ts'
import { compileGlob } from './glob.ts'
import { parseSelector } from './selector.ts'

/** An agent of the file or the store; of the file also a glob of names. */
export interface KnownAgent {
  name: string
  /** Roles in the store; those of the file come first. */
  roles: readonly string[]
}

/** What the policy is held against. */
export interface KnownWorld {
  agents: readonly KnownAgent[]
  /** All definitions that were ever listed, or `undefined` while some upstream was not. */
  definitions: Readonly<Record<Action, readonly DefinitionFacts[]>> | undefined
}

/** Tags by which an operator says what a tool brings in or lets out. */
const RISK_TAGS = { private: 'private', untrusted: 'untrusted', outside: 'outside' } as const

const STRENGTH = { allow: 0, approve: 1, deny: 2 } as const

/** Returns one sentence for each finding, in the order of the rules; those about agents come last. */
export function checkPolicy(policy: Policy, rules: readonly Rule[], world: KnownWorld): string[] {
  const asks = world.definitions && asksOf(world.definitions)
  const perRule = policy.rules.flatMap((compiled, i) => {
    const rule = rules[i] as Rule
    const own = [
      ...nobody(rule, compiled, policy, world.agents),
      ...(asks ? idleEntries(rule, asks) : []),
      ...(asks ? shadow(compiled, { policy, agents: world.agents, asks: asks.tool }) : []),
    ]
    return own.map((finding) => `${rule.source} rule "${rule.id}" ${finding}`)
  })
  const tools = world.definitions?.tool ?? []
  return [
    ...perRule,
    ...conditionProblems(policy, tools).map(formatConditionProblem),
    ...world.agents.flatMap((agent) => trifecta(policy, agent, tools)),
  ]
}

function nobody(rule: Rule, compiled: CompiledRule, policy: Policy, agents: readonly KnownAgent[]): string[] {
  const unknown = rule.agents
    .filter((pattern) => !agents.some(({ name }) => compileGlob(pattern)(name) || compileGlob(name)(pattern)))
    .map((pattern) => `names "${pattern}", and there is no such agent`)
  if (unknown.length > 0) return unknown
  if (agents.some(({ name, roles }) => isAbout(compiled, policy, { name, roles }))) return []
  return [`can never match: no agent has the ${rule.roles.length === 1 ? 'role' : 'roles'} ${rule.roles.join(', ')}`]
}

function isAbout(rule: CompiledRule, policy: Policy, { name, roles }: KnownAgent): boolean {
  return rule.whyNotFor(name, policy.rolesOf(name, roles)) === undefined
}

function asksOf(definitions: NonNullable<KnownWorld['definitions']>): Record<Action, Ask[]> {
  const of = (action: Action) =>
    definitions[action].flatMap((facts) => {
      try {
        return [askOf(action, facts)]
      } catch {
        // It is denied to everyone, so no rule selects it.
        return []
      }
    })
  return { tool: of('tool'), prompt: of('prompt'), resource: of('resource') }
}

function idleEntries(rule: Rule, asks: Record<Action, Ask[]>): string[] {
  const entries: [Action, readonly string[]][] = [
    ['tool', rule.tools],
    ['prompt', rule.prompts],
    ['resource', rule.resources],
  ]
  return entries.flatMap(([action, texts]) =>
    texts
      .map((text) => parseSelector(action, text))
      .filter((each) => !asks[action].some((ask) => (rule.effect === 'allow' ? each.allows(ask) : each.denies(ask))))
      // A concrete URI may be that of a template, and a glob one of many.
      .filter(() => action !== 'resource' || asks.resource.length === 0)
      .map(({ text }) => `has "${text}", which selects no ${action} that there is`),
  )
}

// Only rules without a condition decide over everything that they select.
function shadow(
  rule: CompiledRule,
  on: { policy: Policy; agents: readonly KnownAgent[]; asks: readonly Ask[] },
): string[] {
  const selected = on.asks.filter((ask) => rule.selectorFor(ask))
  const concerned = on.agents.filter((agent) => isAbout(rule, on.policy, agent))
  if (selected.length === 0 || concerned.length === 0) return []
  const index = on.policy.rules.indexOf(rule)
  const stronger = on.policy.rules.filter(
    (other, i) =>
      !other.when &&
      other !== rule &&
      (STRENGTH[other.effect] > STRENGTH[rule.effect] || (other.effect === rule.effect && i < index)),
  )
  const covering = stronger.filter((other) => concerned.every((agent) => isAbout(other, on.policy, agent)))
  const by = selected.map((ask) => covering.find((other) => other.selectorFor(ask)))
  if (by.includes(undefined)) return []
  const ids = [...new Set(by.map((other) => `"${other?.id}"`))]
  return [`changes nothing: ${ids.join(', ')} ${ids.length === 1 ? 'decides' : 'decide'} over all that it selects`]
}

function trifecta(policy: Policy, { name, roles }: KnownAgent, tools: readonly DefinitionFacts[]): string[] {
  const own = policy.forAgent(name, roles)
  const held = tools.filter((facts) => decide(own, 'tool', facts).effect === 'allow')
  const first = (tag: string, isMeant = (_: DefinitionFacts) => true) =>
    held.find((facts) => facts.tags.includes(tag) && isMeant(facts))?.publicName
  const secret = first(RISK_TAGS.private)
  const stranger = first(RISK_TAGS.untrusted)
  const door = first(RISK_TAGS.outside, ({ effect }) => effect !== 'read')
  if (secret === undefined || stranger === undefined || door === undefined) return []
  return [
    `agent "${name}" can read private data (${secret}), read what strangers wrote (${stranger}) and send outside (${door}): together they can leak`,
  ]
}
