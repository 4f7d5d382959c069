/** The tool that ends a sprint. */
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import type { ProjectCall, ProjectServices } from '../open-services.ts'
import { endSprint } from '../store/change-sprint.ts'
import { changeTask } from '../store/change-task.ts'
import { type Project, resolveProject } from '../store/project.ts'
import { sprintView } from '../store/project-details.ts'
import { requireSprintVersion } from '../store/require-sprint-version.ts'
import { openSprint, resolveSprint, type Sprint, unfinishedOf } from '../store/sprint.ts'
import { findTask } from '../store/task.ts'
import { folded } from '../text/clean-input.ts'
import { renderSprint } from '../text/render-sprint.ts'
import { commitWrite } from './commit-write.ts'
import { expectedVersionInput, projectInput } from './task-shape.ts'

/** Closes a sprint and moves what is unfinished. */
export const closeSprint = toolOf<ProjectServices>()({
  name: 'close_sprint',
  title: 'Close a sprint',
  description:
    'Close a sprint, the current one unless named. What is finished stays in it; what is not goes to `unfinished`: next, another open sprint, or none, which is out of any sprint. A closed sprint cannot be opened again: try dry_run first.',
  effect: 'write',
  scopes: ['projects.plan'],
  tags: ['planning'],
  since: '1.1.0',
  input: z.object({
    project: projectInput,
    sprint: z.string().max(80).default('current').describe('Name'),
    unfinished: z.string().max(80).default('none').describe('next, none or a sprint'),
    dry_run: z.boolean().default(false).describe('Only tell what would happen'),
    expected_version: expectedVersionInput,
  }),
  output: z.object({
    sprint: z.looseObject({ name: z.string(), state: z.string(), version: z.number() }),
    moved: z.array(z.string()),
    moved_to: z.string(),
    dry_run: z.boolean(),
  }),
  run: (args, call) =>
    commitWrite(call, { tool: 'close_sprint', args: {}, isRehearsal: args.dry_run }, () => {
      const { db } = call.services
      const project = resolveProject(db, args.project)
      const sprint = resolveSprint(db, project, args.sprint)
      requireSprintVersion(db, sprint, args.expected_version)
      const goal = destination(call, { project, sprint, unfinished: args.unfinished })
      // As it ended: the counts with what was left undone.
      const asEnded = sprintView(db, sprint)
      const moved = moveUnfinished(call, { from: sprint, to: goal })
      const { state, version } = endSprint(call, project, sprint)
      const view = { ...asEnded, state, version }
      const data = { sprint: view, moved, moved_to: goal?.name ?? 'none', dry_run: args.dry_run }
      const where = goal ? `moved to ${goal.name}` : 'taken out'
      const first = `${args.dry_run ? 'Dry run, nothing was written: ' : ''}${renderSprint(view)}. ${moved.length} unfinished ${where}.`
      const next = args.dry_run ? 'To do it, call again without dry_run.' : 'Plan the next with plan_sprint.'
      return { text: [first, ...(moved.length > 0 ? [moved.join(', ')] : []), next].join('\n'), data }
    }),
})

function destination(
  call: ProjectCall,
  { project, sprint, unfinished }: { project: Project; sprint: Sprint; unfinished: string },
): Sprint | null {
  if (sprint.state === 'closed')
    throw new ToolError(
      'sprint_closed',
      `${sprint.name} of ${project.key} was closed on ${sprint.closed_at?.slice(0, 10)} already. Nothing was done.`,
      { field: 'sprint' },
    )
  if (folded(unfinished) === 'none') return null
  const goal = openSprint(call.services.db, project, unfinished)
  if (goal.id !== sprint.id) return goal
  throw new ToolError('invalid_arguments', `${sprint.name} is what is being closed. Name another sprint, or none.`, {
    field: 'unfinished',
  })
}

function moveUnfinished(call: ProjectCall, { from, to }: { from: Sprint; to: Sprint | null }): string[] {
  const { db } = call.services
  const keys = unfinishedOf(db, from.id)
  for (const key of keys) changeTask(call, findTask(db, key), { sprint: to })
  return keys
}
