/** Turns the filters of the finding tools into SQL conditions, with every name resolved. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import type { ProjectCall } from '../open-services.ts'
import { isNobody, resolvePerson } from '../people/resolve-person.ts'
import { dateOf } from '../text/calendar-date.ts'
import { folded } from '../text/clean-input.ts'
import { closest } from '../text/closest.ts'
import type { Database, Parameters } from './database.ts'
import { normalizedLabels } from './labels.ts'
import { foldedState, type Project, readProjects, readStates, resolveProject, type WorkflowState } from './project.ts'
import { findSprint, unknownSprint } from './sprint.ts'
import { DUE_OR_NEVER, IS_AMONG_BLOCKED, IS_OPEN, PRIORITIES } from './task.ts'

/** Filters as the tools take them; all that are given must hold. */
export interface TaskFilter {
  project?: string | undefined
  status?: string | undefined
  assignee?: string | undefined
  labels?: string[] | undefined
  priority?: (typeof PRIORITIES)[number] | undefined
  due_after?: string | undefined
  due_before?: string | undefined
  overdue?: boolean | undefined
  blocked?: boolean | undefined
  sprint?: string | undefined
}

/** Conditions over the tables of a task, to be joined by AND. */
export interface Conditions {
  where: string[]
  parameters: Parameters
}

interface Condition {
  where: string
  parameters?: Parameters
}

/** @throws ToolError when a project, person, status or label is unknown */
export function conditionsOf(call: ProjectCall, filter: TaskFilter): Conditions {
  const { db, now } = call.services
  const today = dateOf(now())
  const project = filter.project ? resolveProject(db, filter.project) : undefined
  const isOverdue = `(${DUE_OR_NEVER} < :today AND ${IS_OPEN})`
  const conditions: (Condition | undefined)[] = [
    { where: 't.deleted_at IS NULL' },
    project && { where: 't.project_id = :projectId', parameters: { projectId: project.id } },
    statusCondition(db, filter.status || 'any', project),
    filter.assignee ? assigneeCondition(call, filter.assignee) : undefined,
    filter.labels?.length ? labelsCondition(db, filter.labels) : undefined,
    filter.priority && {
      where: 't.priority = :priority',
      parameters: { priority: PRIORITIES.indexOf(filter.priority) + 1 },
    },
    filter.due_after
      ? { where: `t.due >= :dueAfter AND ${DUE_OR_NEVER} >= :dueAfter`, parameters: { dueAfter: filter.due_after } }
      : undefined,
    filter.due_before
      ? { where: `t.due IS NOT NULL AND ${DUE_OR_NEVER} <= :dueBefore`, parameters: { dueBefore: filter.due_before } }
      : undefined,
    filter.overdue === undefined
      ? undefined
      : { where: filter.overdue ? isOverdue : `NOT ${isOverdue}`, parameters: { today } },
    filter.blocked === undefined ? undefined : { where: filter.blocked ? IS_AMONG_BLOCKED : `NOT ${IS_AMONG_BLOCKED}` },
    filter.sprint ? sprintCondition(db, filter.sprint, project) : undefined,
  ]
  const given = conditions.filter((condition) => condition !== undefined)
  return {
    where: given.map((condition) => condition.where),
    parameters: Object.assign({}, ...given.map((condition) => condition.parameters)),
  }
}

function statusCondition(db: Database, status: string, project: Project | undefined): Condition | undefined {
  const wanted = foldedState(status)
  if (wanted === 'any' || wanted === 'all') return undefined
  if (wanted === 'open') return { where: IS_OPEN }
  if (wanted === 'closed') return { where: `NOT (${IS_OPEN})` }
  const states = project
    ? readStates(db, project.id)
    : db.all<WorkflowState>('SELECT id, name, category FROM workflow_states ORDER BY project_id, position')
  const ids = states.filter((state) => foldedState(state.name) === wanted).map((state) => state.id)
  if (ids.length > 0)
    return {
      where: 't.state_id IN (SELECT value FROM json_each(:stateIds))',
      parameters: { stateIds: JSON.stringify(ids) },
    }
  const allowed = ['open', 'closed', 'any', ...new Set(states.map((state) => state.name))]
  const near = closest(wanted, allowed)
  throw new ToolError(
    'unknown_status',
    `No status "${wanted}"${project ? ` in ${project.key}` : ''}. Use one of ${allowed.join(', ')}.`,
    { field: 'status', allowed, ...(near ? { did_you_mean: near } : {}) },
  )
}

function sprintCondition(db: Database, sprint: string, project: Project | undefined): Condition {
  const wanted = folded(sprint)
  if (wanted === 'none') return { where: 't.sprint_id IS NULL' }
  const projects = project ? [project] : readProjects(db)
  const ids = projects.flatMap((each) => findSprint(db, each, sprint)?.id ?? [])
  if (ids.length === 0) {
    const known = db.all<{ name: string }>("SELECT DISTINCT name FROM sprints WHERE state <> 'closed' ORDER BY name")
    throw unknownSprint(
      sprint,
      project ? ` in ${project.key}` : '',
      known.map(({ name }) => name),
    )
  }
  return {
    where: 't.sprint_id IN (SELECT value FROM json_each(:sprintIds))',
    parameters: { sprintIds: JSON.stringify(ids) },
  }
}

function assigneeCondition(call: ProjectCall, assignee: string): Condition {
  if (isNobody(assignee)) return { where: 't.assignee_id IS NULL' }
  const person = resolvePerson(call.services.db, assignee, { caller: call.caller, field: 'assignee' })
  return { where: 't.assignee_id = :assigneeId', parameters: { assigneeId: person.id } }
}

function labelsCondition(db: Database, labels: string[]): Condition {
  const known = db.all<{ name: string }>('SELECT name FROM labels ORDER BY name').map((label) => label.name)
  const wanted = normalizedLabels(labels)
  const unknown = wanted.find((label) => !known.includes(label))
  if (unknown !== undefined) {
    const near = closest(unknown, known)
    throw new ToolError(
      'unknown_label',
      `No label "${unknown}". ${near ? `Did you mean ${near}?` : 'Call again without it, or with a known one.'}`,
      { field: 'labels', allowed: known.slice(0, 50), ...(near ? { did_you_mean: near } : {}) },
    )
  }
  const one = (_: string, i: number) => `t.id IN (SELECT tl.task_id FROM task_labels tl
    WHERE tl.label_id = (SELECT id FROM labels WHERE name = :label${i}))`
  return {
    where: wanted.map(one).join(' AND '),
    parameters: Object.fromEntries(wanted.map((name, i) => [`label${i}`, name])),
  }
}
