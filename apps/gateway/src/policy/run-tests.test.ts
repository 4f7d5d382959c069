/** The policy's own tests: passed, failed with the reason, or left open while the catalog is not known. */
import { expect, it } from 'vitest'
import type { PolicyTest, Rule } from '../config/schema.ts'
import { compilePolicy } from './compile.ts'
import type { DefinitionFacts } from './definition-facts.ts'
import { runPolicyTests } from './run-tests.ts'

const nothing = { roles: [], agents: [], tools: [], prompts: [], resources: [] }
const rules: Rule[] = [
  { ...nothing, id: 'reads', effect: 'allow', roles: ['reader'], tools: ['effect:read'], source: 'causeway.yaml:9' },
  {
    ...{ ...nothing, id: 'asks', effect: 'approve', roles: ['reader'], tools: ['*ask'], source: 'causeway.yaml:11' },
    approvers: ['leads'],
  },
  { ...nothing, id: 'no-drops', effect: 'deny', roles: ['*'], tools: ['*drop'], source: 'causeway.yaml:12' },
]
const policy = compilePolicy({ agents: { bot: { roles: ['reader'] } }, rules })
const known = new Map<string, DefinitionFacts>(
  (['db__query', 'db__drop', 'db__ask'] as const).map((publicName) => [
    publicName,
    { publicName, aliases: [], upstream: 'db', effect: 'read', scopes: [], tags: [] },
  ]),
)

function run(call: string, expected: PolicyTest['expect'], { as = 'bot', catalogIsKnown = true } = {}) {
  const test: PolicyTest = { as, call, expect: expected, source: 'causeway.yaml:20' }
  const [result] = runPolicyTests(policy, [test], { factsOf: (name) => known.get(name), catalogIsKnown })
  expect(result?.test).toBe(test)
  return [result?.outcome, result?.note]
}

it('passes what holds', () => {
  expect(run('db__query', 'allow')).toEqual(['passed', undefined])
  expect(run('db__drop', 'deny')).toEqual(['passed', undefined])
  expect(run('db__ask', 'approve')).toEqual(['passed', undefined])
  expect(run('db__query', 'deny', { as: 'stranger' })).toEqual(['passed', undefined])
})

it('fails what does not hold, and says which rule decided', () => {
  expect(run('db__query', 'deny')).toEqual([
    'failed',
    'Want deny for "bot" on "db__query", got allow: rule "reads" (causeway.yaml:9)',
  ])
  expect(run('db__drop', 'allow')).toEqual([
    'failed',
    'Want allow for "bot" on "db__drop", got deny: rule "no-drops" (causeway.yaml:12)',
  ])
  expect(run('db__ask', 'allow')).toEqual([
    'failed',
    'Want allow for "bot" on "db__ask", got approve: rule "asks" (causeway.yaml:11)',
  ])
  expect(run('db__query', 'allow', { as: 'stranger' })).toEqual([
    'failed',
    'Want allow for "stranger" on "db__query", got deny: no rule allows it',
  ])
})

it('fails for a tool that nobody offers, once it is known that nobody does', () => {
  expect(run('db__gone', 'allow')).toEqual(['failed', 'Want allow for "bot" on "db__gone": unknown tool'])
  expect(run('db__gone', 'allow', { catalogIsKnown: false })).toEqual([
    'skipped',
    'The tool "db__gone" is not known yet',
  ])
  expect(run('db__gone', 'approve')[0]).toBe('failed')
  expect(run('db__gone', 'deny')).toEqual(['passed', undefined])
})
