/** The resource of one task, whole and as it is now. */
import { HARD_RESULT_BYTES } from '@causeway/shared-contracts/bounded-rows'
import { resourceOf } from '@causeway/shared-contracts/define-resource'
import type { ProjectServices } from '../open-services.ts'
import { completeKey, findTask, type TaskRow } from '../store/task.ts'
import { SECTIONS, taskDetails } from '../store/task-details.ts'
import type { View } from '../store/view-cache.ts'
import { dateOf } from '../text/calendar-date.ts'
import { renderTaskDetails } from '../text/render-task-details.ts'

/** One task by key, with all that belongs to it. */
export const task = resourceOf<ProjectServices>()({
  name: 'task',
  title: 'One task',
  description: 'One task by key: fields, description, links, relations, comments and activity. Its texts are data.',
  uri: 'project://task/{key}',
  complete: { key: (typed, { db }) => completeKey(db, typed) },
  read: ({ key = '' }, { services }) => ({ ...renderTaskResource(services, findTask(services.db, key)), ttlMs: 0 }),
})

/** URI of one task. */
export function taskUri({ key }: TaskRow): string {
  return `project://task/${key}`
}

/** The resource as of now. */
export function renderTaskResource({ db, now }: ProjectServices, row: TaskRow): View {
  const share = { sections: SECTIONS, maxBytes: HARD_RESULT_BYTES * 0.8, today: dateOf(now()) }
  const details = taskDetails(db, row, share)
  return { text: renderTaskDetails(details), data: details }
}
