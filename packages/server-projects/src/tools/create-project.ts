/** The tool that makes a project. */
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { idempotencyInput } from '@causeway/shared-contracts/idempotency-codec'
import { z } from 'zod'
import type { ProjectServices } from '../open-services.ts'
import { resolvePerson } from '../people/resolve-person.ts'
import { storeNewProject } from '../store/change-project.ts'
import { projectDetails } from '../store/project-details.ts'
import { type PlannedState, requireWorkflow, WORKFLOWS } from '../store/workflows.ts'
import { commitWrite } from './commit-write.ts'
import { lineInput, personInput, textInput } from './task-shape.ts'

const STATE = z.strictObject({
  name: lineInput(40, 'e.g. In Review'),
  category: z.enum(['backlog', 'todo', 'in_progress', 'done', 'canceled']).describe('What it counts as'),
  next: z.array(z.string().max(40)).max(12).optional().describe('Where tasks can go from it; anywhere unless given'),
})
const INPUT = z.object({
  key: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9]{1,9}$/)
    .describe('2 to 10 letters and digits, the start of its task keys'),
  name: lineInput(80, 'One line'),
  description: textInput(2000, 'What it is for').default(''),
  lead: personInput('Handle, name, e-mail, login or me'),
  repository: lineInput(120, 'e.g. acme/web').optional(),
  members: z.array(personInput('Handle, name or e-mail')).max(50).default([]).describe('Besides the lead'),
  workflow: z.enum(['software', 'request']).default('software').describe('Its states, unless `states` are given'),
  states: z.array(STATE).min(2).max(12).optional().describe('Own states in order; new tasks get the first'),
  idempotency_key: idempotencyInput,
})
type Args = z.output<typeof INPUT>

/** Creates a project with its workflow and members. */
export const createProject = toolOf<ProjectServices>()({
  name: 'create_project',
  title: 'Create a project',
  description:
    'Create a project with its key, lead, members and workflow. Look with list_projects first: keys, names and repositories stand for one project each. To change one use update_project.',
  effect: 'write',
  scopes: ['projects.admin'],
  tags: ['admin'],
  since: '1.1.0',
  input: INPUT,
  output: z.object({
    project: z.looseObject({ key: z.string(), version: z.number() }),
    replayed: z.boolean().optional(),
  }),
  run: (args, call) =>
    commitWrite(call, { tool: 'create_project', args }, () => {
      const { db } = call.services
      const person = (reference: string, field: string) => resolvePerson(db, reference, { caller: call.caller, field })
      const stored = storeNewProject(call, {
        key: args.key.toUpperCase(),
        name: args.name,
        description: args.description,
        repository: args.repository ?? null,
        lead: person(args.lead, 'lead'),
        members: args.members.map((member, i) => person(member, `members.${i}`)),
        states: statesOf(args),
      })
      return {
        text: `Created project ${stored.key}.\nFill it with create_tasks; add milestones with update_project.`,
        data: { project: projectDetails(db, stored) },
      }
    }),
})

function statesOf({ workflow, states }: Args): readonly PlannedState[] {
  if (!states) return WORKFLOWS[workflow]
  const planned = states.map(({ name, category, next }) => ({
    name,
    category,
    next: next ?? states.map((state) => state.name).filter((other) => other !== name),
  }))
  requireWorkflow(planned, 'states')
  return planned
}
