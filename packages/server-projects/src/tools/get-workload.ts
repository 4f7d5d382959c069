/** The tool that shows who has how much to do. */
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { z } from 'zod'
import type { ProjectServices } from '../open-services.ts'
import { resolvePerson } from '../people/resolve-person.ts'
import { readMembers } from '../store/members.ts'
import { resolveProject } from '../store/project.ts'
import { countUnassigned, readWorkload, type Workload } from '../store/workload.ts'
import { dateOf } from '../text/calendar-date.ts'
import { folded } from '../text/clean-input.ts'
import { keysetPage, pagingInput, pagingShape, renderKeysetPage } from './keyset-page.ts'
import { personInput, projectInput } from './task-shape.ts'

/** Open work by person, the busiest first. */
export const getWorkload = toolOf<ProjectServices>()({
  name: 'get_workload',
  title: 'Get the workload',
  description:
    'See who has how much open work: in progress, overdue, due within 7 days, blocked, and in the current sprints with points; the busiest first. Of one project: its members. For the tasks themselves use list_tasks.',
  effect: 'read',
  tags: ['planning'],
  since: '1.1.0',
  input: z.object({
    project: projectInput.optional(),
    team: z.string().max(80).optional().describe('Exact'),
    people: z.array(personInput('Handle, name or e-mail')).max(20).optional().describe('Only these'),
    ...pagingInput,
  }),
  output: z.object({
    people: z.array(z.looseObject({ handle: z.string(), open: z.number() })),
    unassigned: z.number(),
    ...pagingShape,
  }),
  run({ limit, cursor, ...filter }, call) {
    const { db, now } = call.services
    const projectId = filter.project ? resolveProject(db, filter.project).id : null
    const members = projectId === null ? undefined : readMembers(db, projectId)
    const named = filter.people?.map(
      (person, i) => resolvePerson(db, person, { caller: call.caller, field: `people.${i}` }).handle,
    )
    const isMeant = ({ handle, team, open }: Workload) =>
      (named ? named.includes(handle) : !members || members.includes(handle) || open > 0) &&
      (!filter.team || folded(team) === folded(filter.team))
    const page = keysetPage(call, {
      tool: 'get_workload',
      filters: filter,
      limit,
      cursor,
      read: (after, most) =>
        readWorkload(db, { today: dateOf(now()), soon: dateOf(now(), 7), projectId })
          .filter(isMeant)
          .filter(
            ({ open, handle }) => !after || open < Number(after[0]) || (open === after[0] && handle > `${after[1]}`),
          )
          .slice(0, most),
      placeOf: ({ open, handle }) => [open, handle],
      render,
    })
    const unassigned = countUnassigned(db, projectId)
    const words = {
      one: 'person',
      many: 'people, the busiest first',
      whenEmpty: 'Nobody there. Use find_people to see who is.',
      next: `${unassigned} open tasks have no owner: list_tasks with assignee none, then assign_task.`,
    }
    return { text: renderKeysetPage(page, render, words), data: { people: page.rows, unassigned, ...page.paging } }
  },
})

function render(person: Workload): string {
  const { handle, name, team, open, in_progress, overdue, due_soon, blocked, sprint_tasks, sprint_points } = person
  return `${handle} · ${name}, ${team} · ${open} open: ${in_progress} in progress, ${overdue} overdue, ${due_soon} due in 7 days, ${blocked} blocked · sprint: ${sprint_tasks} tasks, ${sprint_points} points`
}
