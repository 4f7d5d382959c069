/** The tool that makes a sprint and fills it. */
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import type { ProjectCall, ProjectServices } from '../open-services.ts'
import { saveSprint, startSprint } from '../store/change-sprint.ts'
import { changeTask } from '../store/change-task.ts'
import { type Project, resolveLiveProject } from '../store/project.ts'
import { type SprintView, sprintView } from '../store/project-details.ts'
import { requireSprintVersion } from '../store/require-sprint-version.ts'
import { findSprint, type Sprint } from '../store/sprint.ts'
import { type SprintLoad, sprintLoad } from '../store/sprint-load.ts'
import { findTask, type TaskRow } from '../store/task.ts'
import { dateInput } from '../text/calendar-date.ts'
import { renderSprint } from '../text/render-sprint.ts'
import { commitWrite } from './commit-write.ts'
import { MAX_BATCH } from './run-batch.ts'
import { expectedVersionInput, lineInput, projectInput, textInput } from './task-shape.ts'

const KEYS = z.array(z.string().max(40)).max(MAX_BATCH).default([])
const INPUT = z.object({
  project: projectInput,
  name: lineInput(80, 'e.g. Sprint 12'),
  goal: textInput(500, 'What it is for').optional(),
  starts_on: dateInput('YYYY-MM-DD; after the last sprint unless given').optional(),
  ends_on: dateInput('YYYY-MM-DD; two weeks unless given').optional(),
  add: KEYS.describe('Keys of tasks to put in'),
  remove: KEYS.describe('Keys of tasks to take out'),
  start: z.boolean().default(false).describe('Make it the current one'),
  dry_run: z.boolean().default(false).describe('Only tell what would happen'),
  expected_version: expectedVersionInput,
})
type Args = z.output<typeof INPUT>

/** Creates or changes a sprint and the tasks in it, and shows whom it asks how much of. */
export const planSprint = toolOf<ProjectServices>()({
  name: 'plan_sprint',
  title: 'Plan a sprint',
  description:
    'Make a sprint of a project, or change the one of this name: goal, days, tasks put in or taken out; start makes it current. Answers the load of each person and what speaks against the plan. Try dry_run first; end it with close_sprint.',
  effect: 'write',
  idempotent: true,
  scopes: ['projects.plan'],
  tags: ['planning'],
  since: '1.1.0',
  input: INPUT,
  output: z.object({
    sprint: z.looseObject({ name: z.string(), state: z.string(), version: z.number() }),
    added: z.array(z.string()),
    removed: z.array(z.string()),
    load: z.array(z.looseObject({ person: z.string(), tasks: z.number(), points: z.number() })),
    warnings: z.array(z.string()),
    dry_run: z.boolean(),
  }),
  run: (args, call) =>
    commitWrite(call, { tool: 'plan_sprint', args: {}, isRehearsal: args.dry_run }, () => {
      const { db } = call.services
      const project = resolveLiveProject(db, args.project)
      requireSprintVersion(db, findSprint(db, project, args.name), args.expected_version)
      const saved = saveSprint(call, project, args)
      const added = moveAll(call, { keys: args.add, field: 'add', project, sprint: saved })
      const removed = moveAll(call, { keys: args.remove, field: 'remove', project, sprint: null })
      const sprint = args.start ? startSprint(call, project, saved) : saved
      const { load, warnings } = sprintLoad(db, sprint.id)
      const view = sprintView(db, sprint)
      const data = { sprint: view, added, removed, load, warnings, dry_run: args.dry_run }
      return { text: render(args, data), data }
    }),
})

function moveAll(
  call: ProjectCall,
  move: { keys: readonly string[]; field: string; project: Project; sprint: Sprint | null },
): string[] {
  return move.keys.flatMap((key, i) => {
    const task = findTask(call.services.db, key, `${move.field}.${i}`)
    if (task.project_id !== move.project.id) throw otherProject(task, move.project, `${move.field}.${i}`)
    const { changed } = changeTask(call, task, { sprint: move.sprint })
    return changed.length > 0 ? [task.key] : []
  })
}

function otherProject(task: TaskRow, project: Project, field: string): ToolError {
  return new ToolError(
    'invalid_arguments',
    `${task.key} belongs to ${task.project}, and a sprint of ${project.key} takes its own tasks alone. Leave it out.`,
    { field },
  )
}

function render(
  { dry_run, project }: Args,
  { sprint, added, removed, load, warnings }: { sprint: SprintView; added: string[]; removed: string[] } & SprintLoad,
): string {
  return [
    `${dry_run ? 'Dry run, nothing was written: ' : ''}${renderSprint(sprint)}; ${added.length} put in, ${removed.length} taken out; version ${sprint.version}.`,
    ...load.map(
      ({ person, tasks, points, open_elsewhere }) =>
        `${person}: ${tasks} tasks, ${points} points, ${open_elsewhere} open elsewhere`,
    ),
    ...warnings.map((warning) => `Note: ${warning}`),
    dry_run
      ? 'To do it, call again without dry_run.'
      : `Its tasks: list_tasks with project ${project} and sprint ${sprint.name}.`,
  ].join('\n')
}
