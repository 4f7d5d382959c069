/** The tool that changes a project. */
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import type { ProjectCall, ProjectServices } from '../open-services.ts'
import { resolvePerson } from '../people/resolve-person.ts'
import { changeProject, type ProjectChanges } from '../store/change-project.ts'
import { type Project, resolveProject } from '../store/project.ts'
import { projectDetails } from '../store/project-details.ts'
import { dateInput } from '../text/calendar-date.ts'
import { commitWrite } from './commit-write.ts'
import { expectedVersionInput, lineInput, personInput, projectInput, textInput } from './task-shape.ts'

const PEOPLE = z.array(personInput('Handle, name or e-mail')).max(50).optional()
const MILESTONE = z.strictObject({
  name: lineInput(80, 'One line'),
  due: dateInput('YYYY-MM-DD').nullable().optional().describe('null clears'),
  reached_on: dateInput('YYYY-MM-DD').nullable().optional().describe('null clears'),
})
const FIELDS = {
  name: lineInput(80, 'One line').optional(),
  description: textInput(2000, 'What it is for').optional(),
  lead: personInput('Handle, name or e-mail').optional(),
  repository: lineInput(120, 'e.g. acme/web').nullable().optional().describe('null clears'),
  archived: z.boolean().optional().describe('true: it takes no new tasks'),
  add_members: PEOPLE.describe('Who joins'),
  remove_members: PEOPLE.describe('Who leaves; their tasks stay theirs'),
  milestones: z.array(MILESTONE).max(20).optional().describe('Added, or changed by name; others stay'),
}
const INPUT = z.object({ project: projectInput, ...FIELDS, expected_version: expectedVersionInput })
type Args = z.output<typeof INPUT>

/** Changes a project's facts, members and milestones. */
export const updateProject = toolOf<ProjectServices>()({
  name: 'update_project',
  title: 'Update a project',
  description:
    'Change at least one of name, description, lead, repository, members, milestones, archived. Members and milestones change by delta. Its key and states stay as they are. For sprints use plan_sprint.',
  effect: 'write',
  idempotent: true,
  scopes: ['projects.admin'],
  tags: ['admin'],
  since: '1.1.0',
  input: INPUT,
  output: z.object({
    project: z.looseObject({ key: z.string(), version: z.number() }),
    changed: z.array(z.string()),
  }),
  run(args, call) {
    const names = Object.keys(FIELDS) as (keyof typeof FIELDS)[]
    if (names.every((name) => args[name] === undefined))
      throw new ToolError(
        'invalid_arguments',
        `Cannot update ${args.project}: no field to change was given. Give at least one of ${names.join(', ')}.`,
        { allowed: names },
      )
    return commitWrite(call, { tool: 'update_project', args: {} }, () => {
      const { db } = call.services
      const found = resolveProject(db, args.project)
      requireProjectVersion(call, found, args.expected_version)
      const { project, changed } = changeProject(call, found, changesOf(call, args))
      const text =
        changed.length > 0
          ? `Changed ${changed.join(', ')} of ${project.key}; now version ${project.version}.`
          : `${project.key} is already so; nothing changed.`
      return { text: `${text}\nRead it with get_project.`, data: { project: projectDetails(db, project), changed } }
    })
  },
})

function changesOf(call: ProjectCall, args: Args): ProjectChanges {
  const { name, description, lead, repository, archived, add_members, remove_members, milestones } = args
  const person = (reference: string, field: string) =>
    resolvePerson(call.services.db, reference, { caller: call.caller, field })
  return {
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(lead === undefined ? {} : { lead: person(lead, 'lead') }),
    ...(repository === undefined ? {} : { repository }),
    ...(archived === undefined ? {} : { archived }),
    addMembers: (add_members ?? []).map((member, i) => person(member, `add_members.${i}`)),
    removeMembers: (remove_members ?? []).map((member, i) => person(member, `remove_members.${i}`)),
    milestones: milestones ?? [],
  }
}

function requireProjectVersion(call: ProjectCall, project: Project, expected: number | undefined): void {
  if (expected === undefined || expected === project.version) return
  throw new ToolError(
    'version_conflict',
    `${project.key} is at version ${project.version}, not ${expected}. Decide again on what it is now, and call with expected_version: ${project.version}.`,
    { field: 'expected_version', current: projectDetails(call.services.db, project) },
  )
}
