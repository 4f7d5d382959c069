/** Tells people that a task is theirs, once until they have read it. */
import type { Database } from '../store/database.ts'
import type { Person } from './person.ts'

/** Stores the notification unless an unread one says the same. */
export function notifyAssignee(
  db: Database,
  person: Person,
  about: { taskId: number; actor: string; at: string },
): void {
  db.run(
    `INSERT INTO notifications (user_id, task_id, kind, actor, created_at)
     VALUES (:userId, :taskId, 'assigned', :actor, :at) ON CONFLICT DO NOTHING`,
    { userId: person.id, taskId: about.taskId, actor: about.actor, at: about.at },
  )
}
