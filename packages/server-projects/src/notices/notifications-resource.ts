/** The resource of one person's notifications, which that person may read and subscribe to. */
import { resourceOf } from '@causeway/shared-contracts/define-resource'
import type { ProjectServices } from '../open-services.ts'
import { readPeople } from '../people/person.ts'
import { folded } from '../text/clean-input.ts'
import { countUnread, personToRead, readNotifications, renderNotification } from './read-notifications.ts'

const SHOWN = 50

/** The latest of one person. */
export const notificationsResource = resourceOf<ProjectServices>()({
  name: 'notifications',
  title: 'Notifications of one person',
  description: "One person's latest notifications. Only that person may read them, and administrators.",
  uri: 'project://people/{handle}/notifications',
  complete: {
    handle: (typed, { db }) =>
      readPeople(db)
        .map((person) => person.handle)
        .filter((handle) => handle.startsWith(folded(typed))),
  },
  read({ handle = '' }, call) {
    const { db } = call.services
    const person = personToRead(call, handle, 'handle')
    const latest = readNotifications(db, person, { isUnreadOnly: false, limit: SHOWN })
    const unread = countUnread(db, person)
    const text = [
      `# Notifications of ${person.name} (${person.handle})`,
      '',
      `${unread} unread.`,
      '',
      ...latest.map((each) => `- ${renderNotification(each)}`),
      '',
      'Older ones: list_notifications. Mark as read: mark_notifications_read.',
    ].join('\n')
    return { text, data: { person: person.handle, unread, notifications: latest }, ttlMs: 0 }
  },
})
