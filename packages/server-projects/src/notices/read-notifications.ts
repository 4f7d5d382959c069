/** One person's notifications, newest first, and who may see them. */
import type { Caller } from '@causeway/shared-contracts/caller'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import type { ProjectCall } from '../open-services.ts'
import type { Person } from '../people/person.ts'
import { personOfCaller, resolvePerson } from '../people/resolve-person.ts'
import type { Database } from '../store/database.ts'
import type { NoticeKind } from './notify.ts'

/** A notification as results carry it. */
export type NotificationView = {
  id: number
  kind: NoticeKind
  task: string
  title: string
  detail?: string
  actor: string
  at: string
  read: boolean
}

/** Which of a person's notifications, and where to go on. */
export interface NotificationQuery {
  isUnreadOnly: boolean
  /** Only older ones than this. */
  before?: number | undefined
  limit: number
}

/** @returns at most `limit` of them, and none of deleted tasks */
export function readNotifications(db: Database, person: Person, query: NotificationQuery): NotificationView[] {
  const rows = db.all<Omit<NotificationView, 'read' | 'detail'> & { detail: string; read_at: string | null }>(
    `SELECT n.id, n.kind, t.key AS task, t.title, n.detail, n.actor, n.created_at AS at, n.read_at
     FROM notifications n JOIN tasks t ON t.id = n.task_id
     WHERE n.user_id = :userId AND t.deleted_at IS NULL ${query.isUnreadOnly ? 'AND n.read_at IS NULL' : ''} AND n.id < :before
     ORDER BY n.id DESC LIMIT :limit`,
    { userId: person.id, before: query.before ?? Number.MAX_SAFE_INTEGER, limit: query.limit },
  )
  return rows.map(({ detail, read_at, ...row }) => ({ ...row, ...(detail ? { detail } : {}), read: read_at !== null }))
}

/** How many the person has not read. */
export function countUnread(db: Database, person: Person): number {
  const sql = `SELECT count(*) AS n FROM notifications n JOIN tasks t ON t.id = n.task_id
    WHERE n.user_id = :userId AND n.read_at IS NULL AND t.deleted_at IS NULL`
  return db.get<{ n: number }>(sql, { userId: person.id })?.n ?? 0
}

/**
 * The person whose notifications are asked for, if the caller may see them: their own, or as an administrator anybody's.
 * @throws ToolError `unknown_person`, or `forbidden`
 */
export function personToRead(call: ProjectCall, reference: string, field: string): Person {
  const { db } = call.services
  const person = resolvePerson(db, reference, { caller: call.caller, field })
  if (isAdministrator(call.caller) || personOfCaller(db, call.caller)?.id === person.id) return person
  throw new ToolError(
    'forbidden',
    `Only ${person.handle} may read these notifications. Your own: list_notifications without person.`,
    { field },
  )
}

/** One notification as a line. */
export function renderNotification({ id, kind, task, title, detail, actor, at, read }: NotificationView): string {
  const what = kind === 'assigned' ? 'assigned to you' : kind === 'status' ? `status ${detail}` : (detail ?? 'due soon')
  return `${id} ${read ? 'read' : 'unread'} · ${at} · ${task} '${title}' · ${what}${kind === 'due' ? '' : ` · by ${actor}`}`
}

// An operator's agent looks after the workspace; on behalf of a user it is that user.
function isAdministrator({ roles, user }: Caller): boolean {
  return roles.includes('admin') || (roles.includes('operator') && user === undefined)
}
