/** Who a rule is about, whose roles count, and which agents share a policy. */
import { describe, expect, it } from 'vitest'
import type { Rule } from '../config/schema.ts'
import { compilePolicy } from './compile.ts'

function rule(id: string, more: Partial<Rule>): Rule {
  const nothing = { roles: [], agents: [], prompts: [], resources: [] }
  return { id, effect: 'allow', tools: ['*'], source: `file:${id}`, ...nothing, ...more }
}

const agents = {
  'support-bot': { roles: ['support'] },
  'support-*': { roles: ['reader', 'support'] },
  '*-bot': { roles: ['robot'] },
}
const idsFor = (rules: Rule[], agent: string, roles?: string[]) =>
  compilePolicy({ agents, rules })
    .forAgent(agent, roles)
    .allows.map(({ id }) => id)

describe('roles', () => {
  const { rolesOf } = compilePolicy({ agents, rules: [] })

  it('come from every entry of the file that names the agent', () => {
    expect(rolesOf('support-bot')).toEqual(['support', 'reader', 'robot'])
    expect(rolesOf('support-desk')).toEqual(['reader', 'support'])
  })

  it('come from the store only for agents that the file does not name', () => {
    expect(rolesOf('support-bot', ['operator'])).not.toContain('operator')
    expect(rolesOf('crm', ['operator'])).toEqual(['operator'])
    expect(rolesOf('crm')).toEqual([])
  })

  it('are not found under names that every object has', () => {
    expect(rolesOf('constructor')).toEqual([])
    expect(rolesOf('__proto__')).toEqual([])
  })
})

describe('a rule', () => {
  it('is about agents with one of its roles', () => {
    const rules = [rule('support', { roles: ['support', 'operator'] }), rule('viewer', { roles: ['viewer'] })]
    expect(idsFor(rules, 'support-desk')).toEqual(['support'])
    expect(idsFor(rules, 'crm', ['viewer', 'other'])).toEqual(['viewer'])
    expect(idsFor(rules, 'crm')).toEqual([])
  })

  it('is about everyone with "*", also without any role', () => {
    expect(idsFor([rule('all', { roles: ['*'] })], 'crm')).toEqual(['all'])
  })

  it('is about agents by name', () => {
    const rules = [rule('exact', { agents: ['crm'] }), rule('glob', { agents: ['c*'] })]
    expect(idsFor(rules, 'crm')).toEqual(['exact', 'glob'])
    expect(idsFor(rules, 'cat')).toEqual(['glob'])
  })

  it('wants both when it has roles and agents', () => {
    const rules = [rule('both', { agents: ['crm-*'], roles: ['viewer'] })]
    expect(idsFor(rules, 'crm-a', ['viewer'])).toEqual(['both'])
    expect(idsFor(rules, 'crm-a', ['other'])).toEqual([])
    expect(idsFor(rules, 'web-a', ['viewer'])).toEqual([])
  })
})

describe('an agent policy', () => {
  const rules = [rule('viewer', { roles: ['viewer'] }), rule('deny', { roles: ['guest'], effect: 'deny' })]

  it('is one object for agents with the same rules', () => {
    const policy = compilePolicy({ agents, rules })
    const one = policy.forAgent('crm', ['viewer'])
    expect(policy.forAgent('crm', ['viewer'])).toBe(one)
    expect(policy.forAgent('web', ['unrelated', 'viewer'])).toBe(one)
    expect(policy.forAgent('web', ['viewer', 'guest'])).not.toBe(one)
    expect(policy.forAgent('web', ['viewer', 'guest']).denies).toHaveLength(1)
  })

  it('has a key that follows what the rules say, not where they stand', () => {
    const keyOf = (all: Rule[]) => compilePolicy({ agents, rules: all }).forAgent('crm', ['viewer']).key
    const moved = rules.map((each) => ({ ...each, source: 'elsewhere:1' }))
    const [first, ...others] = rules
    expect(keyOf(moved)).toBe(keyOf(rules))
    expect(keyOf([rule('more', { roles: ['nobody'] }), ...rules])).toBe(keyOf(rules))
    expect(keyOf([{ ...first!, tools: ['db__*'] }, ...others])).not.toBe(keyOf(rules))
  })

  it('does not confuse an agent whose roles have changed in the store', () => {
    const policy = compilePolicy({ agents, rules })
    expect(policy.forAgent('crm', ['viewer']).allows).toHaveLength(1)
    expect(policy.forAgent('crm', []).allows).toHaveLength(0)
  })

  it('stays right for more agents than it remembers', () => {
    const policy = compilePolicy({ agents, rules })
    for (let i = 0; i < 10_500; i++) policy.forAgent(`agent-${i}`, ['viewer'])
    expect(policy.forAgent('agent-1', ['viewer'])).toBe(policy.forAgent('agent-10499', ['viewer']))
  })
})
