/** Plans the sprints of a seeded project and which tasks were in them: past ones by what was done in them, the present and the next by what is open. */
import { dateOf } from '../text/calendar-date.ts'
import type { PlannedTask } from './plan-task.ts'
import type { SeededProject } from './seeded-project.ts'
import { createSeededRandom } from './seeded-random.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const LENGTH_DAYS = 14
const PAST_SPRINTS = 12
/** Open tasks that a sprint takes for each of the owners of areas. */
const TASKS_EACH = 5

/** A sprint before the database has numbered it. */
export interface PlannedSprint {
  name: string
  goal: string
  startMs: number
  endMs: number
  state: 'planned' | 'active' | 'closed'
}

/** The sprints, oldest first; the tasks get theirs, with the act in their history. */
export function planSprints(project: SeededProject, tasks: readonly PlannedTask[], nowMs: number): PlannedSprint[] {
  if (!project.hasSprints) return []
  const random = createSeededRandom(`${project.key}:sprints`)
  const goalOf = () => `${random.pick(GOALS)} ${random.pick(project.areas).label}`
  const firstMs = mondayBefore(nowMs) - PAST_SPRINTS * LENGTH_DAYS * DAY_MS
  const sprints = Array.from({ length: PAST_SPRINTS + 2 }, (_, i): PlannedSprint => {
    const startMs = firstMs + i * LENGTH_DAYS * DAY_MS
    const state = i < PAST_SPRINTS ? 'closed' : i === PAST_SPRINTS ? 'active' : 'planned'
    return { name: `Sprint ${i + 1}`, goal: goalOf(), startMs, endMs: startMs + (LENGTH_DAYS - 1) * DAY_MS, state }
  })
  for (const task of tasks) placeDone(task, sprints, nowMs)
  const [active, next] = sprints.slice(-2) as [PlannedSprint, PlannedSprint]
  const open = byUrgency(tasks.filter(isPlannable))
  const room = project.areas.length * TASKS_EACH
  const started = open.filter(({ category }) => category === 'in_progress')
  const waiting = open.filter(({ category }) => category !== 'in_progress')
  const current = [...started, ...waiting.filter(({ assignee }) => assignee !== null)].slice(0, room)
  for (const task of current) place(task, active, nowMs)
  for (const task of waiting.filter((each) => !current.includes(each)).slice(0, room)) place(task, next, nowMs)
  return sprints
}

/** Days of a sprint as they are stored. */
export function daysOf({ startMs, endMs }: PlannedSprint): { starts_on: string; ends_on: string } {
  return { starts_on: dateOf(new Date(startMs)), ends_on: dateOf(new Date(endMs)) }
}

const GOALS = [
  'Make it calm around',
  'Fewer support tickets about',
  'Ship the small things of',
  'Ready for the season:',
]

function isPlannable({ category }: PlannedTask): boolean {
  return category === 'backlog' || category === 'todo' || category === 'in_progress'
}

function byUrgency(tasks: readonly PlannedTask[]): PlannedTask[] {
  return [...tasks].sort((a, b) => a.priority - b.priority)
}

// Two thirds of what was done had been planned; the rest came in between.
function placeDone(task: PlannedTask, sprints: readonly PlannedSprint[], nowMs: number): void {
  if (task.category !== 'done' || createSeededRandom(`${task.key}:sprint`).chance(0.33)) return
  const doneMs = task.events.findLast(({ field, after }) => field === 'status' && after === task.state)?.atMs ?? 0
  const sprint = sprints.find(({ startMs, endMs }) => startMs <= doneMs && doneMs < endMs + DAY_MS)
  if (sprint) place(task, sprint, nowMs)
}

function place(task: PlannedTask, sprint: PlannedSprint, nowMs: number): void {
  const createdMs = task.events[0]?.atMs ?? 0
  const planningMs = sprint.startMs + 9 * HOUR_MS
  const atMs = Math.max(createdMs + 60_000, Math.min(planningMs, nowMs - HOUR_MS))
  if (atMs >= nowMs) return
  task.sprint = sprint.name
  task.events.push({ atMs, actor: task.events[0]?.actor ?? '', kind: 'changed', field: 'sprint', after: sprint.name })
  task.events.sort((a, b) => a.atMs - b.atMs)
}

function mondayBefore(nowMs: number): number {
  const dayMs = Math.floor(nowMs / DAY_MS) * DAY_MS
  return dayMs - ((new Date(dayMs).getUTCDay() + 6) % 7) * DAY_MS
}
