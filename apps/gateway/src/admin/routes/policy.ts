/** Routes that judge: why a decision is as it is, what in the policy is odd, and what other rules would change. None of them changes anything. */
import { z } from 'zod'
import { factsOfName, knownToolsOf } from '../../catalog/known-tools.ts'
import { agentName, policyTestSchema } from '../../config/policy-schema.ts'
import { knownAgents } from '../../identity/known-agents.ts'
import { checkPolicy } from '../../policy/check-policy.ts'
import type { Action } from '../../policy/definition-facts.ts'
import { explain } from '../../policy/explain.ts'
import { runPolicyTests } from '../../policy/run-tests.ts'
import { withStoredRules } from '../../policy/with-stored-rules.ts'
import { roles } from '../agent-record.ts'
import { candidatePolicy, simulate, storedRules } from '../candidate-policy.ts'
import { type AdminParts, defineRoute } from '../route.ts'
import { rulesBody } from './rules.ts'

const question = z.strictObject({
  agent: z.string().min(1).max(128),
  name: z.string().min(1).max(4_096).describe('Public name of a tool or prompt, or a URI.'),
  kind: z.enum(['tool', 'prompt', 'resource']).default('tool'),
  args: z.record(z.string(), z.unknown()).optional().describe('Arguments of a call.'),
  user: z.string().max(256).optional().describe('The user for whom the agent would act.'),
})
const step = z.looseObject({
  rule: z.string(),
  source: z.string(),
  effect: z.string(),
  matches: z.boolean(),
  why: z.string(),
})
const explanation = z
  .strictObject({
    decision: z.string(),
    rule: z.string().optional().describe('The rule that decided; absent when none allowed.'),
    source: z.string().optional(),
    reason: z.string().optional(),
    trace: z.array(step).describe('Every rule, in order.'),
    factsFrom: z.enum(['catalog', 'name']),
  })
  .meta({ id: 'Explanation' })

function explainTo({ agent, name, kind, args, user }: z.output<typeof question>, { gateway, store }: AdminParts) {
  const { config, policy } = gateway.live
  const { definitions, factsOf } = knownToolsOf(gateway.catalog.current)
  const others = definitions[kind as Action].find((each) => (kind === 'resource' ? each.uri : each.publicName) === name)
  const facts = kind === 'tool' ? factsOf(name) : others
  const unknown = { ...factsOfName(name, Object.keys(config.upstreams)), ...(kind === 'resource' ? { uri: name } : {}) }
  const call = {
    argumentsText: args === undefined ? undefined : JSON.stringify(args),
    ...(user === undefined ? {} : { user }),
  }
  const stored = store.agents.get(agent)?.roles ?? []
  const explained = explain(policy, { agent, roles: stored, target: facts ?? unknown, action: kind, call })
  return { ...explained, factsFrom: facts ? 'catalog' : 'name' } as z.output<typeof explanation>
}

const simulation = z.strictObject({
  rules: rulesBody.optional().describe('In place of the rules that were made here; without it they stay.'),
  agents: z
    .array(z.strictObject({ name: agentName, roles }))
    .max(1_000)
    .default([])
    .describe('Roles that agents of the store would have.'),
})
const simulated = z
  .strictObject({
    gained: z.int(),
    lost: z.int(),
    approval: z.int(),
    conditions: z.int(),
    changes: z.array(
      z.looseObject({
        agent: z.string(),
        kind: z.enum(['tool', 'prompt', 'resource']),
        name: z.string(),
        change: z.enum(['gained', 'lost', 'approval', 'conditions']),
      }),
    ),
    problems: z.array(z.string()).describe('Why the rules could not be put in force.'),
  })
  .meta({ id: 'Simulation' })

function simulateFor({ rules, agents }: z.output<typeof simulation>, parts: AdminParts): z.output<typeof simulated> {
  const { policy, problems } = candidatePolicy(rules ?? storedRules(parts).rules, parts)
  const changes = simulate(policy, new Map(agents.map(({ name, roles }) => [name, roles])), parts)
  const count = (wanted: string) => changes.filter(({ change }) => change === wanted).length
  const counts = {
    gained: count('gained'),
    lost: count('lost'),
    approval: count('approval'),
    conditions: count('conditions'),
  }
  return { ...counts, changes: changes.map((each) => ({ ...each })), problems }
}

const testResult = z
  .strictObject({
    as: z.string(),
    call: z.string(),
    expect: z.string(),
    outcome: z.enum(['passed', 'failed', 'skipped']),
    note: z.string().nullable(),
  })
  .meta({ id: 'PolicyTestResult' })

/** Explaining, checking, simulating and testing. */
export const policyRoutes = [
  defineRoute({
    method: 'POST',
    path: '/api/v1/policy/explain',
    id: 'explainDecision',
    summary: 'Why an agent may or may not use something, by the engine that decides it',
    tag: 'policy',
    access: 'read',
    body: question,
    status: 200,
    answer: explanation,
    failures: [],
    handle: ({ body }, parts) => ({ data: explainTo(body, parts) }),
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/policy/check',
    id: 'checkPolicy',
    summary: 'What in the policy is hardly as it was meant',
    tag: 'policy',
    access: 'read',
    status: 200,
    answer: z.strictObject({ warnings: z.array(z.string()) }).meta({ id: 'PolicyCheck' }),
    failures: [],
    handle(_, { gateway, store }) {
      const { policy, config } = gateway.live
      const { definitions, catalogIsKnown } = knownToolsOf(gateway.catalog.current)
      const world = { agents: knownAgents([config], store), definitions: catalogIsKnown ? definitions : undefined }
      return { data: { warnings: checkPolicy(policy, withStoredRules(config, store).rules, world) } }
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/api/v1/policy/simulate',
    id: 'simulatePolicy',
    summary: 'Who would gain and lose what by other rules or roles',
    tag: 'policy',
    access: 'read',
    body: simulation,
    status: 200,
    answer: simulated,
    failures: [],
    handle: ({ body }, parts) => ({ data: simulateFor(body, parts) }),
  }),
  defineRoute({
    method: 'POST',
    path: '/api/v1/policy/test',
    id: 'testPolicy',
    summary: 'Run tests against the policy that is in force; those of the file unless others are sent',
    tag: 'policy',
    access: 'read',
    body: z.strictObject({ tests: z.array(policyTestSchema).max(1_000).optional() }),
    status: 200,
    answer: z.strictObject({ results: z.array(testResult) }).meta({ id: 'PolicyTestResults' }),
    failures: [],
    handle({ body }, { gateway }) {
      const { policy, config } = gateway.live
      const tests = body.tests?.map((test) => ({ ...test, source: 'request' })) ?? config.tests
      const results = runPolicyTests(policy, tests, knownToolsOf(gateway.catalog.current))
      return {
        data: {
          results: results.map(({ test, outcome, note = null }) => ({
            ...{ as: test.as, call: test.call, expect: test.expect },
            ...{ outcome, note },
          })),
        },
      }
    },
  }),
]
