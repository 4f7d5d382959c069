/** Explanations say what enforcement does, and why. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Rule } from '../config/schema.ts'
import { argumentTypesOf } from './argument-types.ts'
import { compilePolicy } from './compile.ts'
import { decide } from './decide.ts'
import type { DefinitionFacts } from './definition-facts.ts'
import { explain } from './explain.ts'
import { judge } from './judge.ts'

const nothing = { roles: [], agents: [], tools: [], prompts: [], resources: [] }
const rules: Rule[] = [
  { ...nothing, id: 'readers', effect: 'allow', roles: ['support'], tools: ['effect:read'], source: 'f:1' },
  { ...nothing, id: 'operators', effect: 'allow', roles: ['operator'], tools: ['*'], source: 'f:2' },
  { ...nothing, id: 'no-drops', effect: 'deny', roles: ['*'], tools: ['*__drop', 'tag:secret'], source: 'f:3' },
  { ...nothing, id: 'one-agent', effect: 'allow', agents: ['other'], prompts: ['*'], source: 'f:4' },
]
const policy = compilePolicy({ agents: { 'support-bot': { roles: ['support'] } }, rules })
const tool: DefinitionFacts = {
  publicName: 'db__query',
  aliases: [],
  upstream: 'db',
  effect: 'read',
  scopes: [],
  tags: [],
}

it('shows every rule in order, and the one that decided', () => {
  expect(explain(policy, { agent: 'support-bot', roles: [], target: tool })).toEqual({
    decision: 'allow',
    rule: 'readers',
    source: 'f:1',
    trace: [
      { rule: 'readers', source: 'f:1', effect: 'allow', matches: true, why: '"effect:read" selects it' },
      { rule: 'operators', source: 'f:2', effect: 'allow', matches: false, why: 'the agent has none of its roles' },
      { rule: 'no-drops', source: 'f:3', effect: 'deny', matches: false, why: 'none of its tools entries selects it' },
      { rule: 'one-agent', source: 'f:4', effect: 'allow', matches: false, why: 'its agents do not include this one' },
    ],
  })
})

it('shows the deny that beats an allow', () => {
  const { decision, rule, trace } = explain(policy, {
    agent: 'crm',
    roles: ['operator'],
    target: { ...tool, tags: ['secret'] },
  })
  expect([decision, rule]).toEqual(['deny', 'no-drops'])
  expect(trace.filter(({ matches }) => matches).map((step) => step.rule)).toEqual(['operators', 'no-drops'])
})

it('explains prompts and resources when asked to', () => {
  expect(explain(policy, { agent: 'other', roles: [], target: tool, action: 'prompt' })).toMatchObject({
    decision: 'allow',
    rule: 'one-agent',
  })
})

it('says what is wrong with facts that cannot be judged', () => {
  const { decision, rule, trace } = explain(policy, {
    agent: 'crm',
    roles: ['operator'],
    target: { ...tool, publicName: '' },
  })
  expect([decision, rule]).toEqual(['deny', undefined])
  expect(trace[1]).toMatchObject({ matches: false, why: 'Cannot judge tool: its facts are incomplete' })
})

it('agrees with enforcement for every agent and tool', () => {
  const agent = fc.constantFrom('support-bot', 'other', 'crm')
  const roles = fc.subarray(['operator', 'support', 'viewer'])
  const facts = fc.record({
    publicName: fc.constantFrom('db__query', 'db__drop', ''),
    effect: fc.constantFrom('read', 'write', undefined),
    tags: fc.subarray(['secret', 'x']),
  })
  const target = facts.map((varied): DefinitionFacts => ({ ...tool, ...varied }))
  fc.assert(
    fc.property(agent, roles, target, (name, held, facts) => {
      const { trace, decision, ...by } = explain(policy, { agent: name, roles: held, target: facts })
      const { effect, ...enforced } = decide(policy.forAgent(name, held), 'tool', facts)
      expect({ decision, ...by }).toEqual({ decision: effect, ...enforced })
      const matching = trace.filter(({ matches }) => matches)
      const decider = matching.find((step) => step.effect === 'deny') ?? matching[0]
      expect(decider?.rule).toBe(by.rule)
    }),
  )
})

it('agrees with enforcement for every call that conditions are about', () => {
  const when = fc.option(
    fc.constantFrom('args.n < 5', 'args.n == 7', 'has(args.s)', 'args.s < 3', 'agent.name == "a"'),
    {
      nil: undefined,
    },
  )
  const varied = fc.record({
    effect: fc.constantFrom('allow', 'deny', 'approve'),
    when,
    tools: fc.constantFrom(['*'], ['db__*'], ['x']),
  })
  const argumentsText = fc.constantFrom(undefined, '{}', '{"n":1}', '{"n":7,"s":"x"}', '{"n":"1"}', '{"N":1,"n":2}')
  const target = {
    ...tool,
    arguments: argumentTypesOf({ type: 'object', properties: { n: { type: 'number' }, s: {} } }),
  }
  const ends = new Set<string>()
  fc.assert(
    fc.property(
      fc.array(varied, { maxLength: 5 }),
      fc.constantFrom('a', 'b'),
      argumentsText,
      (written, agent, text) => {
        const all = written.map((each, i): Rule => {
          const { when, effect, tools } = each
          return {
            ...nothing,
            roles: ['*'],
            id: `r${i}`,
            source: `f:${i}`,
            effect,
            tools: [...tools],
            ...(effect === 'approve' ? { approvers: [`role-${i}`] } : {}),
            ...(when ? { when } : {}),
          }
        })
        const compiled = compilePolicy({ agents: {}, rules: all })
        const call = { argumentsText: text, timeMs: 0 }
        const { decision, rule, reason, approvers, trace } = explain(compiled, { agent, roles: [], target, call })
        const seen = decide(compiled.forAgent(agent), 'tool', target)
        const enforced = judge(seen, target, { ...call, agent, roles: [] })
        expect([decision, rule, reason]).toEqual([enforced.effect, enforced.rule, enforced.reason])
        expect(approvers).toEqual(decision === 'approve' ? [`role-${rule?.slice(1)}`] : undefined)
        const decider = trace.find((step) => step.rule === rule)
        if (rule !== undefined) expect(decider?.matches).toBe(true)
        if (decision !== 'deny') expect(decider?.condition?.outcome ?? 'true').toBe('true')
        // Whatever fails denies, wherever it stands.
        if (trace.some(({ condition }) => condition?.outcome === 'error')) expect(decision).toBe('deny')
        ends.add(reason === undefined ? decision : 'condition')
      },
    ),
    { numRuns: 500, seed: 11 },
  )
  expect(ends).toEqual(new Set(['allow', 'approve', 'deny', 'condition']))
})
