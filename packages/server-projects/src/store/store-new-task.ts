/** Creates a task in one transaction: names resolved, number taken, labels, links, record and notification. */
import { tellAssignee } from '../notices/notify.ts'
import type { ProjectCall } from '../open-services.ts'
import { callerName } from '../people/caller-name.ts'
import type { Person } from '../people/person.ts'
import { resolvePerson } from '../people/resolve-person.ts'
import { recordActivity } from './activity.ts'
import { storeLinks } from './change-task.ts'
import { addLabels, normalizedLabels } from './labels.ts'
import { type LinkInput, normalizedLink } from './links.ts'
import { resolveMilestone } from './milestone.ts'
import { type Project, readStates, resolveLiveProject } from './project.ts'
import { refuseDuplicate } from './refuse-duplicate.ts'
import { addRelation, type Relation } from './relations.ts'
import { reindexTask } from './search-index.ts'
import { openSprint } from './sprint.ts'
import { findTask, PRIORITIES, type TaskRow } from './task.ts'

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
  sprint?: string | undefined
  milestone?: string | undefined
  estimate?: number | undefined
  /** Key of the task that it is a part of. */
  parent?: string | undefined
  /** Keys of tasks that must be done before. */
  blocked_by?: readonly string[] | undefined
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
  const project = resolveLiveProject(db, input.project)
  const assignee = input.assignee ? resolvePerson(db, input.assignee, { caller: call.caller, field: 'assignee' }) : null
  const links = (input.links ?? []).map((link, i) => normalizedLink(link, `links.${i}`))
  if (!input.allow_duplicate) refuseDuplicate(call, { projectId: project.id }, links)
  const { id, key } = insertTask(call, input, { project, assignee, at })
  addLabels(db, id, normalizedLabels(input.labels ?? []))
  const created = { id, version: 1 }
  const actor = callerName(call.caller)
  recordActivity(db, created, { actor, kind: 'created', after: input.title, at })
  if (assignee) recordActivity(db, created, { actor, kind: 'changed', field: 'assignee', after: assignee.handle, at })
  for (const after of storeLinks(call, { taskId: id, at, links }))
    recordActivity(db, created, { actor, kind: 'linked', after, at })
  relateNewTask(call, input, { id, key, at })
  reindexTask(db, id)
  return { task: findTask(db, key), assignee, notified: tellAssignee(call, { person: assignee, taskId: id, at }) }
}

function relateNewTask(call: ProjectCall, input: NewTask, task: { id: number; key: string; at: string }): void {
  const { db } = call.services
  const by = { actor: callerName(call.caller), at: task.at }
  const relate = (relation: Relation, key: string, field: string) => {
    const other = findTask(db, key, field)
    addRelation(db, { task, relation, other }, by)
    recordActivity(db, { id: task.id, version: 1 }, { ...by, kind: 'related', after: `${relation} ${other.key}` })
  }
  if (input.parent) relate('child_of', input.parent, 'parent')
  for (const [i, key] of (input.blocked_by ?? []).entries()) relate('blocked_by', key, `blocked_by.${i}`)
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
    `INSERT INTO tasks (key, project_id, title, description, state_id, assignee_id, priority, due,
       sprint_id, milestone_id, estimate, created_by, created_at, updated_at)
     VALUES (:key, :projectId, :title, :description, :stateId, :assigneeId, :priority, :due,
       :sprintId, :milestoneId, :estimate, :actor, :at, :at)`,
    {
      key,
      projectId: project.id,
      title: input.title,
      description: input.description ?? '',
      stateId: readStates(db, project.id)[0]?.id ?? null,
      assigneeId: assignee?.id ?? null,
      priority: PRIORITIES.indexOf(input.priority) + 1,
      due: input.due ?? null,
      sprintId: input.sprint ? openSprint(db, project, input.sprint).id : null,
      milestoneId: input.milestone ? resolveMilestone(db, project, input.milestone).id : null,
      estimate: input.estimate ?? null,
      actor: callerName(call.caller),
      at,
    },
  )
  return { id, key }
}
