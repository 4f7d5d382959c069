/** The resource that shows who has how much to do. */
import { resourceOf } from '@causeway/shared-contracts/define-resource'
import type { ProjectServices } from '../open-services.ts'
import { readView, type View } from '../store/view-cache.ts'
import { countUnassigned, readWorkload } from '../store/workload.ts'
import { dateOf } from '../text/calendar-date.ts'

/** URI of {@link teamWorkload}. */
export const TEAM_WORKLOAD_URI = 'project://team-workload'

/** Open work by person. */
export const teamWorkload = resourceOf<ProjectServices>()({
  name: 'team_workload',
  title: 'Team workload',
  description:
    'Every person with their team and how many open tasks they have: in progress, overdue, due within 7 days.',
  uri: TEAM_WORKLOAD_URI,
  read: (_, call) => readView(call, TEAM_WORKLOAD_URI, () => renderTeamWorkload(call.services)),
})

/** The resource as of now. */
export function renderTeamWorkload({ db, now }: ProjectServices): View {
  const today = dateOf(now())
  const people = readWorkload(db, { today, soon: dateOf(now(), 7) })
  const unassigned = countUnassigned(db)
  const text = [
    `# Team workload on ${today}`,
    '',
    `${people.length} people; ${unassigned} open tasks have no owner.`,
    '',
    '| handle | name | team | open | in progress | overdue | due in 7 days | blocked | points in sprint |',
    '|---|---|---|--:|--:|--:|--:|--:|--:|',
    ...people.map(
      (row) =>
        `| ${row.handle} | ${row.name} | ${row.team} | ${row.open} | ${row.in_progress} | ${row.overdue} | ${row.due_soon} | ${row.blocked} | ${row.sprint_points} |`,
    ),
    '',
    "Of one project or team: get_workload. One person's tasks: list_tasks with assignee. To give work to somebody: assign_task.",
  ].join('\n')
  return { text, data: { as_of: today, unassigned, people } }
}
