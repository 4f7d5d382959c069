/** The tool that reads the record. */
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { z } from 'zod'
import type { ProjectCall, ProjectServices } from '../open-services.ts'
import { resolvePerson } from '../people/resolve-person.ts'
import { type ActivityFilter, describeActivity, findActivity, hasActed } from '../store/activity.ts'
import { resolveProject } from '../store/project.ts'
import { findTaskId } from '../store/task.ts'
import { dateInput } from '../text/calendar-date.ts'
import { keysetPage, pagingInput, pagingShape, renderKeysetPage } from './keyset-page.ts'
import { personInput, projectInput } from './task-shape.ts'

const INPUT = z.object({
  project: projectInput.optional(),
  key: z.string().max(40).optional().describe('One task, deleted or not'),
  actor: personInput('Who did it; me, or an agent').optional(),
  since: dateInput('Day, e.g. 2026-03-31').optional(),
  until: dateInput('Day').optional(),
  ...pagingInput,
})

/** Who did what, newest first. */
export const getActivity = toolOf<ProjectServices>()({
  name: 'get_activity',
  title: 'Get activity',
  description:
    'Read who did what and when, newest first, by project, task, actor or days. For the summary use get_status_report.',
  effect: 'read',
  since: '1.1.0',
  input: INPUT,
  output: z.object({ activity: z.array(z.looseObject({ at: z.string() })), ...pagingShape }),
  run({ limit, cursor, ...filter }, call) {
    const wanted = resolved(call, filter)
    const page = keysetPage(call, {
      tool: 'get_activity',
      filters: filter,
      limit,
      cursor,
      read: (after, most) => findActivity(call.services.db, wanted, { after, limit: most }).map(view),
      placeOf: ({ at, id }) => [at, id],
      render,
    })
    const words = {
      one: 'entry, newest first',
      many: 'entries, newest first',
      whenEmpty: 'Nothing recorded there. Widen the days or drop a filter.',
      next: 'A task in full: get_task_details.',
    }
    return { text: renderKeysetPage(page, render, words), data: { activity: page.rows, ...page.paging } }
  },
})

type Entry = ReturnType<typeof view>

function view(entry: ReturnType<typeof findActivity>[number]) {
  const { id, at, actor, key, kind } = entry
  return { id, at, actor, key, kind, what: describeActivity(entry) }
}

function render({ at, actor, key, what }: Entry): string {
  return `${at} ${actor} · ${key}: ${what}`
}

function resolved(
  call: ProjectCall,
  { project, key, actor, since, until }: Omit<z.output<typeof INPUT>, 'limit' | 'cursor'>,
): ActivityFilter {
  const { db } = call.services
  return {
    ...(project ? { projectId: resolveProject(db, project).id } : {}),
    ...(key ? { taskId: findTaskId(db, key) } : {}),
    ...(actor ? { actor: actorNamed(call, actor) } : {}),
    ...(since ? { since } : {}),
    ...(until ? { until: `${until}T23:59:59.999Z` } : {}),
  }
}

// Agents act too and are no people, so a name that is recorded is taken as it is.
function actorNamed(call: ProjectCall, actor: string): string {
  const { db } = call.services
  if (hasActed(db, actor)) return actor
  return resolvePerson(db, actor, { caller: call.caller, field: 'actor' }).handle
}
