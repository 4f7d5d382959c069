/** Milestones of a project: dates that tasks work toward. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { folded } from '../text/clean-input.ts'
import { closest } from '../text/closest.ts'
import type { Database } from './database.ts'
import type { Project } from './project.ts'

/** One milestone as stored, with how far its tasks are; canceled tasks do not count. */
export interface Milestone {
  id: number
  name: string
  due: string | null
  reached_on: string | null
  version: number
  tasks: number
  done: number
}

/** A project's milestones, the soonest due first. */
export function readMilestones(db: Database, projectId: number): Milestone[] {
  return db.all<Milestone>(
    `SELECT m.id, m.name, m.due, m.reached_on, m.version,
       count(s.id) AS tasks, count(s.id) FILTER (WHERE s.category = 'done') AS done
     FROM milestones m LEFT JOIN tasks t ON t.milestone_id = m.id AND t.deleted_at IS NULL
     LEFT JOIN workflow_states s ON s.id = t.state_id AND s.category <> 'canceled'
     WHERE m.project_id = :projectId GROUP BY m.id ORDER BY coalesce(m.due, '9999'), m.id`,
    { projectId },
  )
}

/** Most milestones that an overview shows. */
const MAX_SHOWN = 20

/** The milestones that matter now, by due date: the next ones to reach, and in the room left the last ones reached. */
export function milestonesToShow(db: Database, projectId: number): Omit<Milestone, 'id'>[] {
  const all = readMilestones(db, projectId).map(({ id: _id, ...milestone }) => milestone)
  const ahead = all.filter(({ reached_on }) => reached_on === null)
  const behind = all.filter(({ reached_on }) => reached_on !== null).reverse()
  const shown = new Set([...ahead, ...behind].slice(0, MAX_SHOWN))
  return all.filter((milestone) => shown.has(milestone))
}

/** @throws ToolError `unknown_milestone` with those of the project */
export function resolveMilestone(db: Database, project: Project, reference: string): Milestone {
  const milestones = readMilestones(db, project.id)
  const found = milestones.find(({ name }) => folded(name) === folded(reference))
  if (found) return found
  const allowed = milestones.map(({ name }) => name)
  const near = closest(reference, allowed)
  throw new ToolError(
    'unknown_milestone',
    `No milestone "${folded(reference)}" in ${project.key}. ${allowed.length > 0 ? `Its milestones are ${allowed.join(', ')}.` : 'It has none; update_project adds them.'}`,
    { field: 'milestone', allowed, ...(near ? { did_you_mean: near } : {}) },
  )
}

/** A milestone as it is wanted; absent fields stay, null empties. */
export interface MilestoneWish {
  name: string
  due?: string | null | undefined
  /** The day on which it was reached. */
  reached_on?: string | null | undefined
}

/**
 * Makes or changes the milestone of this name; returns what changed, for the record.
 * @throws ToolError `invalid_arguments` for the name `none`, by which tasks leave their milestone
 */
export function saveMilestone(
  db: Database,
  project: Project,
  wish: MilestoneWish,
): { field: string; before: string | null; after: string | null }[] {
  if (folded(wish.name) === 'none')
    throw new ToolError('invalid_arguments', '"none" is no name for a milestone: it takes tasks out of theirs.', {
      field: 'milestones',
    })
  const known = readMilestones(db, project.id).find(({ name }) => folded(name) === folded(wish.name))
  const due = wish.due === undefined ? (known?.due ?? null) : wish.due
  const reachedOn = wish.reached_on === undefined ? (known?.reached_on ?? null) : wish.reached_on
  const described = (at: { due: string | null; reached_on: string | null }, name: string) =>
    `${name}, ${at.reached_on ? `reached ${at.reached_on}` : `due ${at.due ?? 'none'}`}`
  if (known && known.due === due && known.reached_on === reachedOn) return []
  if (known)
    db.run('UPDATE milestones SET due = :due, reached_on = :reachedOn, version = version + 1 WHERE id = :id', {
      due,
      reachedOn,
      id: known.id,
    })
  else
    db.run('INSERT INTO milestones (project_id, name, due, reached_on) VALUES (:projectId, :name, :due, :reachedOn)', {
      projectId: project.id,
      name: wish.name,
      due,
      reachedOn,
    })
  const name = known?.name ?? wish.name
  const after = described({ due, reached_on: reachedOn }, name)
  return [{ field: 'milestone', before: known ? described(known, name) : null, after }]
}
