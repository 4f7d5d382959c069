/** The shape of agents, rules and the policy's tests. */
import { z } from 'zod'
import { compileCondition } from '../policy/condition.ts'
import type { Action } from '../policy/definition-facts.ts'
import { parseSelector } from '../policy/selector.ts'
import { ownLimitsSchema } from './limits-schema.ts'

/** An agent's name, exactly. */
export const agentName = z
  .string()
  .regex(/^[A-Za-z0-9][\w.@:/+-]{0,127}$/, 'Want an agent name: letters, digits and . _ @ : / + - up to 128')
/** An agent's name, or a glob of one. */
export const agentGlob = z
  .string()
  .regex(/^[A-Za-z0-9*][\w.@:/+*-]{0,127}$/, 'Want an agent name or a glob of one, such as "helpdesk-*"')
const personName = z
  .string()
  .regex(/^[A-Za-z0-9][\w.@:/+-]{0,127}$/, 'Want a name: letters, digits and . _ @ : / + - up to 128')
/** A role's name. */
export const role = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'Want a role name: lower case letters, digits and "-"')

const approverRole = role.refine(
  (name) => name !== 'self',
  'Want another role name: "self" stands for whoever the agent works for',
)

function selectors(action: Action) {
  const entry = z.string().superRefine((text, context) => {
    try {
      parseSelector(action, text)
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'Invalid selector' })
    }
  })
  return z.array(entry).default([])
}

const condition = z.string().superRefine((text, context) => {
  try {
    compileCondition(text)
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'Invalid condition' })
  }
})

const agentSchema = z
  .strictObject({
    roles: z.array(role).describe('Roles the agent carries; without it, those that it was made with.').optional(),
    limits: ownLimitsSchema
      .optional()
      .describe('What it has in place of the common limits; its own entry beats globs, an earlier glob a later one.'),
  })
  .refine((agent) => agent.roles !== undefined || agent.limits !== undefined, 'Want at least one of roles, limits')

/** Agent names, and globs of them, with the roles they carry and limits of their own. */
export const agentsSchema = z
  .record(agentGlob, agentSchema)
  .default({})
  .describe('Agents by name or glob; an agent that several entries name carries the roles of all.')

/** People who decide over calls that wait for an approval, with the roles they carry. */
export const approversSchema = z
  .record(personName, z.strictObject({ roles: z.array(approverRole).describe('Roles the person carries.') }))
  .default({})
  .describe('People who approve calls, by the name under which they decide.')

/** One rule of the policy. */
export const ruleSchema = z
  .strictObject({
    id: z
      .string()
      .regex(/^[A-Za-z0-9][\w.-]{0,63}$/, 'Want a rule id: letters, digits and . _ - up to 64')
      .describe('Unique name; explanations and records cite it.'),
    effect: z
      .enum(['allow', 'deny', 'approve'])
      .describe(
        'Deny beats approve, approve beats allow; what no rule allows is denied. A call that `approve` is about waits for a person.',
      ),
    roles: z
      .array(z.union([z.literal('*'), role], { error: 'Want a role name, or "*" for every agent' }))
      .default([])
      .describe('The rule is about agents with one of these roles; "*" is every agent.'),
    agents: z
      .array(agentGlob)
      .default([])
      .describe('The rule is about agents with one of these names or globs; beside `roles`, both must hold.'),
    tools: selectors('tool').describe(
      'Globs on public names, or upstream:, tag:, scope: (globs) and effect: (read, write, destroy); terms with a space between must all hold.',
    ),
    prompts: selectors('prompt').describe('Globs on public names, or upstream:.'),
    resources: selectors('resource').describe('Globs on URIs, or upstream:.'),
    when: condition
      .optional()
      .describe('The rule is about calls of which this CEL expression over args, agent, user, tool and time is true.'),
    approvers: z
      .array(role)
      .optional()
      .describe(
        'Roles of those who may approve, as under the top-level `approvers`; `self` is whoever the agent works for.',
      ),
    tell: z.boolean().optional().describe('Whether agents are told the id of this rule when its condition denies.'),
  })
  .superRefine(
    (rule, context) => {
      const has = (key: keyof typeof rule) => !Array.isArray(rule?.[key]) || rule[key].length > 0
      if (!has('roles') && !has('agents'))
        context.addIssue({ code: 'custom', message: 'Want at least one of roles, agents' })
      if (!has('tools') && !has('prompts') && !has('resources'))
        context.addIssue({ code: 'custom', message: 'Want at least one of tools, prompts, resources' })
      if (rule?.when !== undefined && [rule.prompts, rule.resources].some((list) => list?.length > 0))
        context.addIssue({ code: 'custom', path: ['when'], message: 'A condition is about calls of tools alone' })
      if (rule?.effect === 'approve' && !(rule.approvers && rule.approvers.length > 0))
        context.addIssue({ code: 'custom', message: 'Want approvers: who may approve' })
      if (rule?.effect === 'approve' && [rule.prompts, rule.resources].some((list) => list?.length > 0))
        context.addIssue({ code: 'custom', path: ['effect'], message: 'An approval is of calls of tools alone' })
      if (rule?.approvers !== undefined && rule.effect !== 'approve')
        context.addIssue({
          code: 'custom',
          path: ['approvers'],
          message: 'Only a rule with the effect approve has them',
        })
    },
    { when: ({ value }) => typeof value === 'object' && value !== null },
  )

/** One test of the policy. */
export const policyTestSchema = z.strictObject({
  as: agentName.describe('The agent that would call.'),
  call: z.string().min(1, 'Want the public name of a tool').describe('Public name of the tool.'),
  args: z.record(z.string(), z.unknown()).optional().describe('Arguments of the call.'),
  expect: z.enum(['allow', 'deny', 'approve']),
})

/** A rule, with the `file:line` that it stands on. */
export type Rule = z.output<typeof ruleSchema> & { source: string }

/** A test of the policy, with the `file:line` that it stands on. */
export type PolicyTest = z.output<typeof policyTestSchema> & { source: string }

/** Roles by name of a person. */
export type Approvers = z.output<typeof approversSchema>

/** Roles by agent name or glob. */
export type Agents = z.output<typeof agentsSchema>
