/** The resource that shows what happened last. */
import { resourceOf } from '@causeway/shared-contracts/define-resource'
import type { ProjectServices } from '../open-services.ts'
import { type ActivityRow, describeActivity, recentActivity as readRecent } from '../store/activity.ts'

const SHOWN = 20

/** The latest 20 acts of the workspace. */
export const recentActivity = resourceOf<ProjectServices>()({
  name: 'recent_activity',
  title: 'Recent activity',
  description: 'The last 20 things that people and agents did in the workspace, newest first.',
  uri: 'project://recent-activity',
  read(_, { services }) {
    const entries = readRecent(services.db, SHOWN)
    const text = [
      '# Recent activity',
      '',
      ...entries.map(renderActivity),
      '',
      'More, by project, task, person or day: get_activity.',
    ].join('\n')
    return { text, data: { activity: entries.map(activityView) }, ttlMs: 0 }
  },
})

/** One entry as data. */
export function activityView(entry: ActivityRow) {
  const { at, actor, key, kind } = entry
  return { at, actor, key, kind, what: describeActivity(entry) }
}

/** One entry as a list item. */
export function renderActivity(entry: ActivityRow): string {
  return `- ${entry.at} ${entry.actor} · ${entry.key}: ${describeActivity(entry)}`
}
