/** The resource of one person's notifications, which that person may read and subscribe to. */
import { resourceOf } from '@causeway/shared-contracts/define-resource'
import type { ProjectServices } from '../open-services.ts'
import { countUnread, personToRead, readNotifications, renderNotification } from './read-notifications.ts'

const SHOWN = 50

/** The latest of one person. */
export const notificationsResource = resourceOf<ProjectServices>()({
  name: 'notifications',
  title: 'Notifications of one person',
  description: "One person's latest notifications. Only that person may read them, and administrators.",
  uri: 'project://people/{handle}/notifications',
  read({ handle = '' }, call) {
    const { db } = call.services
    const person = personToRead(call, handle, 'handle')
    const latest = readNotifications(db, person, { isUnreadOnly: false, limit: SHOWN })
    return [
      `# Notifications of ${person.name} (${person.handle})`,
      '',
      `${countUnread(db, person)} unread.`,
      '',
      ...latest.map((each) => `- ${renderNotification(each)}`),
      '',
      'Older ones: list_notifications. Mark as read: mark_notifications_read.',
    ].join('\n')
  },
})
