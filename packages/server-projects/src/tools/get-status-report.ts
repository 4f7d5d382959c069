/** The tool that tells how a project stands. */
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { z } from 'zod'
import type { ProjectServices } from '../open-services.ts'
import { resolveProject } from '../store/project.ts'
import { readStatusReport, type StatusReport, type TaskSample } from '../store/status-report.ts'
import { dateOf } from '../text/calendar-date.ts'
import { renderSprint } from '../text/render-sprint.ts'
import { renderTask } from '../text/render-task.ts'
import { projectInput } from './task-shape.ts'

const SAMPLE = z.object({ total: z.number(), tasks: z.array(z.looseObject({ key: z.string() })) })

/** What was done, what is under way, what is at risk. */
export const getStatusReport = toolOf<ProjectServices>()({
  name: 'get_status_report',
  title: 'Get a status report',
  description:
    'Get what a status report needs, of one project or all: counts, what was completed and created in the last days, what is overdue, blocked or due soon, the sprint and the milestones. For single acts use get_activity.',
  effect: 'read',
  tags: ['planning'],
  since: '1.1.0',
  input: z.object({
    project: projectInput.optional(),
    days: z.int().min(1).max(90).default(7).describe('How far back'),
  }),
  output: z.looseObject({
    open: z.number(),
    completed: SAMPLE,
    overdue: SAMPLE,
    blocked: SAMPLE,
    due_soon: SAMPLE,
  }),
  run({ project: reference, days }, { services: { db, now } }) {
    const project = reference ? resolveProject(db, reference) : undefined
    const report = readStatusReport(db, {
      project,
      since: dateOf(now(), -days),
      today: dateOf(now()),
      soon: dateOf(now(), 7),
    })
    return { text: render(report), data: report }
  },
})

function render(report: StatusReport): string {
  const { project, since, until, open, in_progress, unassigned, created, completed, sprint, milestones } = report
  return [
    `${project ?? 'All projects'}, ${since} to ${until}: ${completed.total} completed, ${created} created, ${open} open (${in_progress} in progress, ${unassigned} unassigned), ${report.overdue.total} overdue, ${report.blocked.total} blocked.`,
    ...(sprint ? [`Sprint ${renderSprint(sprint)}`] : []),
    ...milestones
      .filter(({ reached_on }) => !reached_on)
      .map(({ name, due, tasks, done }) => `Milestone ${name}: due ${due ?? 'none'}, ${done} of ${tasks} tasks done`),
    ...section('Completed', completed),
    ...section('Overdue', report.overdue),
    ...section('Blocked', report.blocked),
    ...section('Due within 7 days', report.due_soon),
    'More of any: list_tasks. Why: get_task_details with sections comments and activity.',
  ].join('\n')
}

function section(name: string, { total, tasks }: TaskSample): string[] {
  if (total === 0) return [`${name}: none`]
  const more = total > tasks.length ? [`and ${total - tasks.length} more`] : []
  return [`${name} (${total}):`, ...tasks.map(renderTask), ...more]
}
