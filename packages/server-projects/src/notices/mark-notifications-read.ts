/** The tool with which people say that they know. */
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import type { ProjectServices } from '../open-services.ts'
import { resolvePerson } from '../people/resolve-person.ts'
import { countUnread } from './read-notifications.ts'

/** Marks some, or all up to one, of the caller's own. */
export const markNotificationsRead = toolOf<ProjectServices>()({
  name: 'mark_notifications_read',
  title: 'Mark notifications as read',
  description:
    "Mark your own notifications as read: those with these ids, or the one with id up_to and all older ones. Nobody else's can be marked. Read them first with list_notifications.",
  effect: 'write',
  idempotent: true,
  since: '1.1.0',
  input: z.object({
    ids: z.array(z.int().min(1)).min(1).max(50).optional().describe('From list_notifications'),
    up_to: z.int().min(1).optional().describe('This id and older'),
  }),
  output: z.object({ marked: z.number(), unread: z.number() }),
  run({ ids, up_to: upTo }, call) {
    const { db, now, announcer } = call.services
    if ((ids === undefined) === (upTo === undefined))
      throw new ToolError('invalid_arguments', 'Say which: give either ids or up_to.', {
        allowed: ['ids', 'up_to'],
      })
    const person = resolvePerson(db, 'me', { caller: call.caller, field: 'ids' })
    const marked = db.write(() =>
      db.all(
        `UPDATE notifications SET read_at = :at WHERE user_id = :userId AND read_at IS NULL
         AND (id <= :upTo OR id IN (SELECT value FROM json_each(:ids))) RETURNING id`,
        { at: now().toISOString(), userId: person.id, upTo: upTo ?? 0, ids: JSON.stringify(ids ?? []) },
      ),
    ).length
    announcer.announce()
    const unread = countUnread(db, person)
    return { text: `Marked ${marked} as read; ${unread} unread are left.`, data: { marked, unread } }
  },
})
