/** Creates a task in one transaction: names resolved, number taken, labels, links, record and notification. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { tellAssignee } from '../notices/notify.ts'
import type { ProjectCall } from '../open-services.ts'
import { callerName } from '../people/caller-name.ts'
import type { Person } from '../people/person.ts'
import { resolvePerson } from '../people/resolve-person.ts'
import { dateOf } from '../text/calendar-date.ts'
import { recordActivity } from './activity.ts'
import { storeLinks } from './change-task.ts'
import { addLabels, normalizedLabels } from './labels.ts'
import { findLinkingTask, type Link, type LinkInput, normalizedLink } from './links.ts'
import { type Project, readStates, resolveProject } from './project.ts'
import { reindexTask } from './search-index.ts'
import { findTask, PRIORITIES, summaryOf, type TaskRow } from './task.ts'

/** A new task as the tools take it, cleaned but unresolved. */
export interface NewTask {
  project: string
  title: string
  description?: string | undefined
  priority: (typeof PRIORITIES)[number]
  labels?: readonly string[] | undefined
  links?: readonly LinkInput[] | undefined
  allow_duplicate?: boolean | undefined
  assignee?: string | undefined
  due?: string | undefined
}

/**
 * Call it inside a transaction.
 * @throws ToolError when a name is unknown or ambiguous, or `possible_duplicate`
 */
export function storeNewTask(
  call: ProjectCall,
  input: NewTask,
): { task: TaskRow; assignee: Person | null; notified: string[] } {
  const { db, now } = call.services
  const at = now().toISOString()
  const project = resolveProject(db, input.project)
  const assignee = input.assignee ? resolvePerson(db, input.assignee, { caller: call.caller, field: 'assignee' }) : null
  const links = (input.links ?? []).map((link, i) => normalizedLink(link, `links.${i}`))
  if (!input.allow_duplicate) refuseDuplicate(call, project, links)
  const { id, key } = insertTask(call, input, { project, assignee, at })
  addLabels(db, id, normalizedLabels(input.labels ?? []))
  const created = { id, version: 1 }
  const actor = callerName(call.caller)
  recordActivity(db, created, { actor, kind: 'created', after: input.title, at })
  if (assignee) recordActivity(db, created, { actor, kind: 'changed', field: 'assignee', after: assignee.handle, at })
  for (const after of storeLinks(call, { taskId: id, at, links }))
    recordActivity(db, created, { actor, kind: 'linked', after, at })
  reindexTask(db, id)
  return { task: findTask(db, key), assignee, notified: tellAssignee(call, { person: assignee, taskId: id, at }) }
}

function refuseDuplicate(call: ProjectCall, project: Project, links: readonly Link[]): void {
  const { db, now } = call.services
  const linking = findLinkingTask(db, project.id, links)
  if (!linking) return
  const existing = summaryOf(findTask(db, linking.key), dateOf(now()))
  throw new ToolError(
    'possible_duplicate',
    `${existing.key} '${existing.title}' (${existing.status}, ${existing.assignee ?? 'unassigned'}) already links ${linking.ref}. Work with it by update_task, assign_task or add_comment, or call again with allow_duplicate: true.`,
    { field: 'links', existing_key: existing.key, existing },
  )
}

function insertTask(
  call: ProjectCall,
  input: NewTask,
  { project, assignee, at }: { project: Project; assignee: Person | null; at: string },
): { id: number; key: string } {
  const { db } = call.services
  const number = db.get<{ last_number: number }>(
    'UPDATE projects SET last_number = last_number + 1 WHERE id = :id RETURNING last_number',
    { id: project.id },
  )?.last_number
  const key = `${project.key}-${number}`
  const id = db.run(
    `INSERT INTO tasks (key, project_id, title, description, state_id, assignee_id, priority, due, created_by, created_at, updated_at)
     VALUES (:key, :projectId, :title, :description, :stateId, :assigneeId, :priority, :due, :actor, :at, :at)`,
    {
      key,
      projectId: project.id,
      title: input.title,
      description: input.description ?? '',
      stateId: readStates(db, project.id)[0]?.id ?? null,
      assigneeId: assignee?.id ?? null,
      priority: PRIORITIES.indexOf(input.priority) + 1,
      due: input.due ?? null,
      actor: callerName(call.caller),
      at,
    },
  )
  return { id, key }
}
