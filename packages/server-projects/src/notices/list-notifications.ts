/** The tool that shows what a person was told. */
import { fitRows } from '@causeway/shared-contracts/bounded-rows'
import { cursorInput } from '@causeway/shared-contracts/cursor-codec'
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { z } from 'zod'
import type { ProjectServices } from '../open-services.ts'
import { personInput } from '../tools/task-shape.ts'
import { countUnread, personToRead, readNotifications, renderNotification } from './read-notifications.ts'

/** Pages of one person's notifications. */
export const listNotifications = toolOf<ProjectServices>()({
  name: 'list_notifications',
  title: 'List notifications',
  description:
    'What you were told: tasks assigned to you, new states of your tasks, deadlines that approach; unread, newest first. Administrators may name a person. Mark with mark_notifications_read.',
  effect: 'read',
  since: '1.1.0',
  input: z.object({
    person: personInput('Default me').optional(),
    unread_only: z.boolean().default(true),
    limit: z.int().min(1).max(50).default(20).describe('Rows'),
    cursor: cursorInput,
  }),
  output: z.object({
    person: z.string(),
    unread: z.number(),
    notifications: z.array(z.looseObject({ id: z.number(), kind: z.string(), task: z.string(), read: z.boolean() })),
    truncated: z.boolean(),
    next_cursor: z.string().optional(),
  }),
  run({ person: reference = 'me', unread_only: isUnreadOnly, limit, cursor }, call) {
    const { db, cursors } = call.services
    const person = personToRead(call, reference, 'person')
    const walk = { caller: call.caller, tool: 'list_notifications', filters: [person.id, isUnreadOnly] }
    const before = cursors.open(cursor, walk, z.int())
    const found = readNotifications(db, person, { isUnreadOnly, before, limit: limit + 1 })
    const notifications = fitRows(found.slice(0, limit), renderNotification)
    const last = notifications.at(-1)
    const nextCursor = last && notifications.length < found.length ? cursors.seal(last.id, walk) : undefined
    const unread = countUnread(db, person)
    const next = nextCursor
      ? `More follow: call again with the same filters and cursor: ${nextCursor}`
      : 'Mark as read with mark_notifications_read.'
    return {
      text: [`${unread} unread of ${person.handle}:`, ...notifications.map(renderNotification), next].join('\n'),
      data: {
        person: person.handle,
        unread,
        notifications,
        truncated: notifications.length < Math.min(limit, found.length),
        ...(nextCursor ? { next_cursor: nextCursor } : {}),
      },
    }
  },
})
