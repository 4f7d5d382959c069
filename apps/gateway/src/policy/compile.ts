/** Compiles agents and rules once, so that a decision only walks the few rules that are about the agent. */
import { createHash } from 'node:crypto'
import type { Config, Rule } from '../config/schema.ts'
import { type Condition, compileCondition } from './condition.ts'
import type { Action, Ask } from './definition-facts.ts'
import { compileGlob, type Glob } from './glob.ts'
import { parseSelector, type Selector } from './selector.ts'

/** A rule whose globs are compiled. */
export interface CompiledRule {
  id: string
  /** `file:line`. */
  source: string
  effect: Rule['effect']
  /** What must hold of the call beside; absent when nothing must. */
  when?: Condition
  /** Roles of those who may approve a call; empty where the rule asks for no approval. */
  approvers: readonly string[]
  /** Whether agents are told its id when its condition denies a call. */
  isTold: boolean
  /** Why the rule is not about this agent; `undefined` when it is. */
  whyNotFor(agent: string, roles: readonly string[]): string | undefined
  /** The first selector that selects what is asked about. */
  selectorFor(ask: Ask): Selector | undefined
  /** Globs of which every resource that it selects matches one. */
  uriGlobs: readonly string[]
}

/** The rules about one agent; agents with the same rules share one object. */
export interface AgentPolicy {
  /** Equal for equal rules, in every process and after every reload. */
  key: string
  denies: readonly CompiledRule[]
  approves: readonly CompiledRule[]
  allows: readonly CompiledRule[]
}

/** All agents and rules, compiled. */
export interface Policy {
  /** Equal for equal agents and rules, wherever in the file they stand: 22 characters. */
  version: string
  rules: readonly CompiledRule[]
  /** The agent's roles: those that the file binds or, when it does not name the agent, those of the store. */
  rolesOf(agent: string, rolesFromStore?: readonly string[]): readonly string[]
  forAgent(agent: string, rolesFromStore?: readonly string[]): AgentPolicy
}

// Names come from credentials, so there are few; the bound is for the day when they do not.
const MAX_REMEMBERED = 10_000

/**
 * Compiles the policy of a configuration.
 * @throws when a selector or a condition is not of the language, which a loaded configuration rules out
 */
export function compilePolicy(config: Pick<Config, 'agents' | 'rules'>): Policy {
  const rules = config.rules.map(compileRule)
  const fingerprints = config.rules.map(fingerprintOf)
  const rolesOf = compileAgents(config.agents)
  const shared = new Map<string, AgentPolicy>()
  const remembered = new Map<string, AgentPolicy>()
  const build = (agent: string, roles: readonly string[]): AgentPolicy => {
    const isAbout = rules.map((rule) => rule.whyNotFor(agent, roles) === undefined)
    const key = digest(fingerprints.filter((_, i) => isAbout[i] === true))
    const applicable = rules.filter((_, i) => isAbout[i] === true)
    const having = (effect: Rule['effect']) => applicable.filter((rule) => rule.effect === effect)
    const policy = shared.get(key) ?? {
      key,
      denies: having('deny'),
      approves: having('approve'),
      allows: having('allow'),
    }
    shared.set(key, policy)
    return policy
  }
  return {
    version: digest([JSON.stringify(config.agents), ...fingerprints]),
    rules,
    rolesOf,
    forAgent(agent, rolesFromStore) {
      const who = JSON.stringify([agent, rolesFromStore])
      const known = remembered.get(who)
      if (known) return known
      if (remembered.size >= MAX_REMEMBERED) remembered.clear()
      const policy = build(agent, rolesOf(agent, rolesFromStore))
      remembered.set(who, policy)
      return policy
    },
  }
}

function compileRule(rule: Rule): CompiledRule {
  const selectors: Record<Action, Selector[]> = {
    tool: rule.tools.map((text) => parseSelector('tool', text)),
    prompt: rule.prompts.map((text) => parseSelector('prompt', text)),
    resource: rule.resources.map((text) => parseSelector('resource', text)),
  }
  const agents = rule.agents.map(compileGlob)
  const test = rule.effect === 'allow' ? 'allows' : 'denies'
  return {
    id: rule.id,
    source: rule.source,
    effect: rule.effect,
    ...(rule.when === undefined ? {} : { when: compileCondition(rule.when) }),
    approvers: rule.approvers ?? [],
    isTold: rule.tell === true,
    whyNotFor(agent, roles) {
      if (agents.length > 0 && !agents.some((glob) => glob(agent))) return 'its agents do not include this one'
      if (rule.roles.length === 0 || rule.roles.includes('*')) return undefined
      return roles.some((role) => rule.roles.includes(role)) ? undefined : 'the agent has none of its roles'
    },
    uriGlobs: selectors.resource.map((selector) => selector.nameGlob),
    selectorFor: (ask) => selectors[ask.action].find((selector) => selector[test](ask)),
  }
}

function compileAgents(agents: Config['agents']): Policy['rolesOf'] {
  // Limits alone say nothing of roles.
  const entries = Object.entries(agents).flatMap(([name, { roles }]) => (roles ? [[name, { roles }] as const] : []))
  const exact = new Map(entries.filter(([name]) => !name.includes('*')))
  const globs: [Glob, { roles: string[] }][] = entries
    .filter(([name]) => name.includes('*'))
    .map(([name, entry]) => [compileGlob(name), entry])
  return (agent, rolesFromStore = []) => {
    const own = exact.get(agent)
    const matching = globs.filter(([glob]) => glob(agent)).map(([, entry]) => entry)
    const named = own ? [own, ...matching] : matching
    return named.length === 0 ? rolesFromStore : [...new Set(named.flatMap((entry) => entry.roles))]
  }
}

// What the rule says, and not where it stands: moving a rule must not look like changing it.
function fingerprintOf({ source: _, ...rule }: Rule): string {
  return JSON.stringify(rule)
}

function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22)
}
