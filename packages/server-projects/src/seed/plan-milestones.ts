/** Plans the milestones of a seeded project and which tasks work toward them. */
import { dateOf } from '../text/calendar-date.ts'
import type { PlannedTask } from './plan-task.ts'
import type { SeededProject } from './seeded-project.ts'
import { createSeededRandom } from './seeded-random.ts'

const DAY_MS = 86_400_000

/** A milestone before the database has numbered it. */
export interface PlannedMilestone {
  name: string
  due: string
  reached_on: string | null
}

/** One that was reached, one that is near and one that is far; the tasks get theirs. */
export function planMilestones(
  { key, milestones }: SeededProject,
  tasks: readonly PlannedTask[],
  nowMs: number,
): PlannedMilestone[] {
  const random = createSeededRandom(`${key}:milestones`)
  const [reached, next, later] = milestones
  const dayOf = (days: number) => dateOf(new Date(nowMs + days * DAY_MS))
  const reachedDaysAgo = random.between(40, 70)
  const reachedMs = nowMs - reachedDaysAgo * DAY_MS
  for (const task of tasks) {
    const chance = createSeededRandom(`${task.key}:milestone`).next()
    const isClosed = task.category === 'done' || task.category === 'canceled'
    const endedMs = task.events.at(-1)?.atMs ?? nowMs
    if (task.kind === 'chore' || chance > 0.45) continue
    if (isClosed && endedMs < reachedMs) task.milestone = endedMs > reachedMs - 120 * DAY_MS ? reached : null
    else task.milestone = isClosed || chance < 0.25 ? next : later
  }
  return [
    { name: reached, due: dayOf(-reachedDaysAgo + random.between(-6, 6)), reached_on: dayOf(-reachedDaysAgo) },
    { name: next, due: dayOf(random.between(18, 40)), reached_on: null },
    { name: later, due: dayOf(random.between(80, 120)), reached_on: null },
  ]
}
