/** The tool that lists the projects of the workspace. */
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { z } from 'zod'
import type { ProjectServices } from '../open-services.ts'
import { countProjects, type ProjectCounts } from '../store/project-counts.ts'
import { dateOf } from '../text/calendar-date.ts'
import { keysetPage, pagingInput, pagingShape, renderKeysetPage } from './keyset-page.ts'

/** Projects with their counts, by key. */
export const listProjects = toolOf<ProjectServices>()({
  name: 'list_projects',
  title: 'List projects',
  description:
    'List projects with lead, repository, current sprint and counts of open, overdue and unassigned tasks. For one with its states, sprints and members use get_project.',
  effect: 'read',
  since: '1.1.0',
  input: z.object({ archived: z.boolean().default(false).describe('Archived too'), ...pagingInput }),
  output: z.object({ projects: z.array(z.looseObject({ key: z.string() })), ...pagingShape }),
  run({ archived, limit, cursor }, call) {
    const { db, now } = call.services
    const page = keysetPage(call, {
      tool: 'list_projects',
      filters: { archived },
      limit,
      cursor,
      read: (after, most) =>
        countProjects(db, {
          today: dateOf(now()),
          weekAgo: dateOf(now(), -7),
          isArchivedToo: archived,
          ...(after ? { after: String(after[0]) } : {}),
          limit: most,
        }),
      placeOf: ({ key }) => [key],
      render,
    })
    const words = {
      one: 'project',
      many: 'projects',
      whenEmpty: 'No projects. Make one with create_project.',
      next: 'One in detail: get_project. Its tasks: list_tasks.',
    }
    return { text: renderKeysetPage(page, render, words), data: { projects: page.rows, ...page.paging } }
  },
})

function render(project: ProjectCounts): string {
  const { key, name, lead, repository, sprint, archived_at } = project
  const counts = `${project.open} open, ${project.in_progress} in progress, ${project.overdue} overdue, ${project.unassigned} unassigned, ${project.done_in_7_days} done in 7 days`
  const more = [repository, sprint && `sprint ${sprint}`, archived_at && `archived ${archived_at.slice(0, 10)}`]
  return [`${key} ${name}`, `lead ${lead}`, ...more.filter(Boolean), counts].join(' · ')
}
