/** Plans how the tasks of a seeded project hang together: larger pieces of work with their parts, what waits for what, what was said twice. */
import type { PlannedTask } from './plan-task.ts'
import type { SeededProject } from './seeded-project.ts'
import { createSeededRandom, type SeededRandom } from './seeded-random.ts'

/** A relation from an older task to a younger one, or the other way for a duplicate; so there is no circle. */
export interface PlannedRelation {
  from: PlannedTask
  kind: 'blocks' | 'parent_of' | 'relates_to' | 'duplicates'
  to: PlannedTask
}

/** Tasks in the order of their numbers. */
export function planRelations({ key }: SeededProject, tasks: readonly PlannedTask[]): PlannedRelation[] {
  const random = createSeededRandom(`${key}:relations`)
  return [...parts(tasks, random), ...waits(tasks, random), ...mentions(tasks, random)]
}

// A feature is the parent of what was created after it for the same area.
function parts(tasks: readonly PlannedTask[], random: SeededRandom): PlannedRelation[] {
  const taken = new Set<PlannedTask>()
  return tasks.flatMap((parent, i) => {
    if (parent.kind !== 'feature' || taken.has(parent) || !random.chance(0.12)) return []
    const children = tasks
      .slice(i + 1)
      .filter((task) => task.area === parent.area && !taken.has(task))
      .slice(0, random.between(2, 5))
    for (const task of [parent, ...children]) taken.add(task)
    return children.map((to) => ({ from: parent, kind: 'parent_of' as const, to }))
  })
}

function waits(tasks: readonly PlannedTask[], random: SeededRandom): PlannedRelation[] {
  return tasks.flatMap((to, i) => {
    if (!random.chance(0.08)) return []
    const from = tasks.slice(Math.max(0, i - 40), i).findLast(({ area }) => area === to.area)
    // Nobody goes on with what waits, so closed work has waited for closed work alone.
    const isPossible = from && (!isClosed(to) || isClosed(from))
    return isPossible ? [{ from, kind: 'blocks' as const, to }] : []
  })
}

function mentions(tasks: readonly PlannedTask[], random: SeededRandom): PlannedRelation[] {
  return tasks.flatMap((task, i): PlannedRelation[] => {
    const earlier = tasks.slice(0, i).findLast(({ thing, kind }) => thing === task.thing && kind === task.kind)
    if (!earlier) return []
    if (task.category === 'canceled' && task.kind === 'bug' && random.chance(0.5))
      return [{ from: task, kind: 'duplicates', to: earlier }]
    return random.chance(0.04) ? [{ from: earlier, kind: 'relates_to', to: task }] : []
  })
}

function isClosed({ category }: PlannedTask): boolean {
  return category === 'done' || category === 'canceled'
}
