/** Lets a seeded task live from its first day until now: assigned, moved, discussed. */
import type { SeededRandom } from './seeded-random.ts'
import { COMMENTS } from './seeded-texts.ts'
import type { SeededWorkflow } from './seeded-workflows.ts'
import { laterAtWork } from './work-calendar.ts'

/** One act in a task's life; a comment has a body, a change a field. */
export interface PlannedEvent {
  atMs: number
  actor: string
  kind: 'created' | 'changed' | 'commented'
  field?: 'assignee' | 'status' | 'sprint'
  before?: string
  after?: string
  body?: string
}

/** Who and what the history is about. */
export interface HistoryCast {
  workflow: SeededWorkflow
  title: string
  reporter: string
  lead: string
  assignee: string
  createdAtMs: number
  /** Fills in what a comment is about. */
  fill(text: string): string
}

/** Where the task has got to. */
export interface PlannedHistory {
  events: PlannedEvent[]
  state: string
  assignee: string | null
}

// Work waits longer before it is begun than between its steps.
const LONGEST_WAIT_DAYS = { first: 45, later: 24 }

/** The events until now, oldest first. */
export function planHistory(cast: HistoryCast, clock: { random: SeededRandom; nowMs: number }): PlannedHistory {
  const { random } = clock
  const history: PlannedHistory = {
    events: [{ atMs: cast.createdAtMs, actor: cast.reporter, kind: 'created', after: cast.title }],
    state: cast.workflow.states[0]?.name ?? '',
    assignee: null,
  }
  let atMs = cast.createdAtMs
  /** Adds an event after a wait; false when its time has not come. */
  const happen = (days: number, event: Omit<PlannedEvent, 'atMs'>): boolean => {
    const nextMs = laterAtWork(atMs, days, clock)
    if (nextMs === undefined) return false
    atMs = nextMs
    history.events.push({ ...event, atMs })
    return true
  }
  const discuss = (stage: keyof typeof COMMENTS, probability: number) => {
    if (!random.chance(probability)) return
    const actor = random.pick([cast.assignee, cast.assignee, cast.reporter, cast.lead])
    happen(random.next() * 2, { kind: 'commented', actor, body: cast.fill(random.pick(COMMENTS[stage])) })
  }
  const assign = (actor: string) => {
    if (history.assignee) return
    const isDone = happen(random.next(), { kind: 'changed', field: 'assignee', actor, after: cast.assignee })
    if (isDone) history.assignee = cast.assignee
  }
  discuss('early', 0.4)
  if (random.chance(0.8)) assign(cast.lead)
  discuss('early', 0.25)
  for (const [i, name] of chooseWay(cast.workflow, random).entries()) {
    if (name !== 'Canceled') assign(cast.assignee)
    const waitDays = random.next() ** 2 * (i === 0 ? LONGEST_WAIT_DAYS.first : LONGEST_WAIT_DAYS.later)
    const actor = name === 'Canceled' ? cast.lead : cast.assignee
    if (!happen(waitDays, { kind: 'changed', field: 'status', actor, before: history.state, after: name })) break
    history.state = name
    if (name !== 'Canceled')
      discuss(name === 'Done' || name === 'In Review' ? 'closing' : 'working', name === 'Todo' ? 0.1 : 0.45)
  }
  return history
}

function chooseWay({ ways }: SeededWorkflow, random: SeededRandom): readonly string[] {
  let left = random.next()
  return (
    ways.find(({ share }) => {
      left -= share
      return left < 0
    })?.through ?? []
  )
}
