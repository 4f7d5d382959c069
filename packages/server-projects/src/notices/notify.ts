/** Stores what a person is to be told. A unique key on the person and the event makes each event known once, whoever stores it and how often. */
import type { ProjectCall } from '../open-services.ts'
import { callerName } from '../people/caller-name.ts'
import type { Person } from '../people/person.ts'
import { personOfCaller } from '../people/resolve-person.ts'
import type { Database } from '../store/database.ts'

/** What people are told of. */
export type NoticeKind = 'assigned' | 'status' | 'due'

interface Notice {
  userId: number
  taskId: number
  kind: NoticeKind
  detail: string
  actor: string
  at: string
}

/**
 * Notifies a new assignee, unless they assigned themselves; call it inside the transaction of the change, after it.
 * @returns the handles told
 */
export function tellAssignee(
  call: ProjectCall,
  { person, taskId, at }: { person: Person | null; taskId: number; at: string },
): string[] {
  const { db } = call.services
  if (!person || personOfCaller(db, call.caller)?.id === person.id) return []
  store(db, { userId: person.id, taskId, kind: 'assigned', detail: '', actor: callerName(call.caller), at })
  return [person.handle]
}

/**
 * Notifies the assignee of a task and whoever created it of its new state, but not who changed it; call it inside the transaction
 * of the change, after it.
 * @param about.move the names of both states
 * @returns the handles told
 */
export function tellOfStatus(call: ProjectCall, about: { taskId: number; move: string; at: string }): string[] {
  const { db } = call.services
  const { taskId, move, at } = about
  const people = db.all<{ id: number; handle: string }>(
    `SELECT u.id, u.handle FROM tasks t JOIN users u ON u.id = t.assignee_id OR t.created_by IN (u.handle, u.email, u.github, u.slack)
     WHERE t.id = :taskId AND u.id <> :own ORDER BY u.handle`,
    { taskId, own: personOfCaller(db, call.caller)?.id ?? 0 },
  )
  const actor = callerName(call.caller)
  for (const { id } of people) store(db, { userId: id, taskId, kind: 'status', detail: move, actor, at })
  return people.map(({ handle }) => handle)
}

// The task's version tells one change of its kind from the next.
function store(db: Database, { userId, taskId, kind, detail, actor, at }: Notice): void {
  db.run(
    `INSERT INTO notifications (user_id, task_id, kind, event, detail, actor, created_at)
     SELECT :userId, id, :kind, :kind || ':' || id || ':' || version, :detail, :actor, :at FROM tasks WHERE id = :taskId
     ON CONFLICT DO NOTHING`,
    { userId, taskId, kind, detail, actor, at },
  )
}
