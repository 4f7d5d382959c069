/** Makes, changes, starts and closes sprints; each act is recorded for the project. Call these inside a transaction. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import type { ProjectCall } from '../open-services.ts'
import { callerName } from '../people/caller-name.ts'
import { recordProjectActivity } from './activity.ts'
import type { Project } from './project.ts'
import { findSprint, isWordForSprint, readSprints, resolveSprint, type Sprint } from './sprint.ts'

/** A sprint as it is wanted; absent fields stay. */
export interface SprintWish {
  name: string
  goal?: string | undefined
  starts_on?: string | undefined
  ends_on?: string | undefined
}

const DAY_MS = 86_400_000
const USUAL_DAYS = 14

/**
 * The sprint of this name with what is wanted of it, made if it was not there.
 * @throws ToolError `invalid_arguments` for days in the wrong order, `sprint_closed`
 */
export function saveSprint(call: ProjectCall, project: Project, wish: SprintWish): Sprint {
  const { db } = call.services
  const known = findSprint(db, project, wish.name)
  if (known?.state === 'closed')
    throw new ToolError('sprint_closed', `${known.name} is closed and is not planned again. Use another name.`, {
      field: 'name',
    })
  if (!known && isWordForSprint(wish.name))
    throw new ToolError(
      'invalid_arguments',
      `"${wish.name}" is no name for a sprint: it stands for one, or for none. Give it another, such as Sprint 14.`,
      { field: 'name' },
    )
  const days = daysOf(call, project, { wish, known })
  const values = { name: known?.name ?? wish.name, goal: wish.goal ?? known?.goal ?? '', ...days }
  const isSame = known && (['goal', 'starts_on', 'ends_on'] as const).every((field) => known[field] === values[field])
  if (isSame) return known
  if (known)
    db.run(
      `UPDATE sprints SET goal = :goal, starts_on = :starts_on, ends_on = :ends_on, version = version + 1 WHERE id = :id`,
      { goal: values.goal, starts_on: values.starts_on, ends_on: values.ends_on, id: known.id },
    )
  else
    db.run(
      `INSERT INTO sprints (project_id, name, goal, starts_on, ends_on, state)
       VALUES (:projectId, :name, :goal, :starts_on, :ends_on, 'planned')`,
      { projectId: project.id, ...values },
    )
  record(call, project, { act: known ? 'changed' : 'planned', name: values.name })
  return resolveSprint(db, project, values.name)
}

/** @throws ToolError `sprint_active` when another one is */
export function startSprint(call: ProjectCall, project: Project, sprint: Sprint): Sprint {
  const { db } = call.services
  if (sprint.state === 'active') return sprint
  const active = findSprint(db, project, 'current')
  if (active)
    throw new ToolError(
      'sprint_active',
      `${active.name} of ${project.key} is still active, and one is at a time. Close it with close_sprint first.`,
      { field: 'start', active: active.name },
    )
  db.run("UPDATE sprints SET state = 'active', version = version + 1 WHERE id = :id", { id: sprint.id })
  record(call, project, { act: 'started', name: sprint.name })
  return resolveSprint(db, project, sprint.name)
}

/** Ends a sprint; its tasks are the caller's to move. */
export function endSprint(call: ProjectCall, project: Project, sprint: Sprint): Sprint {
  const { db, now } = call.services
  db.run("UPDATE sprints SET state = 'closed', closed_at = :at, version = version + 1 WHERE id = :id", {
    at: now().toISOString(),
    id: sprint.id,
  })
  record(call, project, { act: 'closed', name: sprint.name })
  return resolveSprint(db, project, sprint.name)
}

function record(call: ProjectCall, project: Project, { act, name }: { act: string; name: string }): void {
  const { db, now } = call.services
  recordProjectActivity(db, project, {
    actor: callerName(call.caller),
    kind: 'sprint',
    field: act,
    after: name,
    at: now().toISOString(),
  })
}

// A sprint without days follows the last one, for two weeks.
function daysOf(
  call: ProjectCall,
  project: Project,
  { wish, known }: { wish: SprintWish; known: Sprint | undefined },
): { starts_on: string; ends_on: string } {
  const { db, now } = call.services
  const last = readSprints(db, project.id)[0]
  const today = now().toISOString().slice(0, 10)
  const following = last ? dayAfter(last.ends_on, 1) : today
  const startsOn = wish.starts_on ?? known?.starts_on ?? (following > today ? following : today)
  const endsOn = wish.ends_on ?? known?.ends_on ?? dayAfter(startsOn, USUAL_DAYS - 1)
  if (startsOn <= endsOn) return { starts_on: startsOn, ends_on: endsOn }
  throw new ToolError('invalid_arguments', `A sprint from ${startsOn} to ${endsOn} ends before it starts.`, {
    field: 'ends_on',
  })
}

function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10)
}
