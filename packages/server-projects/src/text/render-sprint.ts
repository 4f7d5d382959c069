/** A sprint as one line of text. */
import type { SprintView } from '../store/project-details.ts'

/** `Sprint 12 (active, 2026-03-02 to 2026-03-13): 9 of 20 tasks done, 18 of 47 points`. */
export function renderSprint(sprint: SprintView): string {
  const { name, state, starts_on, ends_on, tasks, done, points, points_done } = sprint
  const worth = points > 0 ? `, ${points_done} of ${points} points` : ''
  return `${name} (${state}, ${starts_on} to ${ends_on}): ${done} of ${tasks} tasks done${worth}`
}
