/** Plans one seeded task whole: what it is about, who has it, what happened to it. */
import type { WorkflowState } from '../store/project.ts'
import { dateOf } from '../text/calendar-date.ts'
import { type PlannedEvent, planHistory } from './plan-history.ts'
import type { PlannedTitle } from './plan-titles.ts'
import type { SeededKind, SeededProject } from './seeded-project.ts'
import { createSeededRandom, type SeededRandom } from './seeded-random.ts'
import { DESCRIPTIONS } from './seeded-texts.ts'

const DAY_MS = 86_400_000

/** A task ready to be stored. */
export interface PlannedTask {
  key: string
  title: string
  description: string
  state: string
  assignee: string | null
  priority: number
  due: string | null
  reporter: string
  labels: string[]
  links: { ref: string | null; url: string; title: string | null }[]
  events: PlannedEvent[]
  category: WorkflowState['category']
  kind: SeededKind
  area: string
  thing: string
  estimate: number | null
  sprint: string | null
  milestone: string | null
}

/** @param at the task's number, when it was created, and now */
export function planTask(
  project: SeededProject,
  about: PlannedTitle,
  at: { number: number; createdAtMs: number; nowMs: number },
): PlannedTask {
  const key = `${project.key}-${at.number}`
  const random = createSeededRandom(key)
  const fill = (text: string) => text.replaceAll('{thing}', about.thing).replaceAll('{area}', about.area.label)
  const assignee = random.pick([...Array(7).fill(about.area.owner), random.pick(project.areas).owner, project.lead])
  const reporter = random.pick([...project.members, project.lead])
  const cast = { ...project, title: about.title, reporter, assignee, createdAtMs: at.createdAtMs, fill }
  const history = planHistory(cast, { random, nowMs: at.nowMs })
  const category = project.workflow.states.find(({ name }) => name === history.state)?.category
  const isClosed = category === 'done' || category === 'canceled'
  return {
    key,
    title: about.title,
    description: fill(random.pick(DESCRIPTIONS[about.kind])),
    state: history.state,
    assignee: history.assignee,
    priority: choosePriority(about, random),
    due: chooseDue(random, { ...at, isClosed }),
    reporter,
    labels: chooseLabels(about, random),
    links: chooseLinks(project, about, { number: at.number, isDone: category === 'done', random }),
    events: history.events,
    category: category ?? 'backlog',
    kind: about.kind,
    area: about.area.label,
    thing: about.thing,
    // From a stream of its own, so that what the first one chooses stays.
    estimate: chooseEstimate(createSeededRandom(`${key}:estimate`)),
    sprint: null,
    milestone: null,
  }
}

function chooseEstimate(random: SeededRandom): number | null {
  return random.chance(0.25) ? null : random.pick([1, 1, 2, 2, 3, 3, 5, 5, 8, 13])
}

function choosePriority({ kind }: PlannedTitle, random: SeededRandom): number {
  const chance = random.next()
  if (kind === 'bug') return chance < 0.1 ? 1 : chance < 0.45 ? 2 : chance < 0.85 ? 3 : 4
  return chance < 0.02 ? 1 : chance < 0.18 ? 2 : chance < 0.65 ? 3 : chance < 0.9 ? 4 : 5
}

// Dates of open work stay near today, because people move them; a few are late.
function chooseDue(
  random: SeededRandom,
  { createdAtMs, nowMs, isClosed }: { createdAtMs: number; nowMs: number; isClosed: boolean },
): string | null {
  const daysAfterCreation = random.between(10, 50)
  const daysAroundToday = Math.max(random.between(-9, 35), 3 - Math.floor((nowMs - createdAtMs) / DAY_MS))
  if (random.chance(0.4)) return null
  return isClosed
    ? dateOf(new Date(createdAtMs + daysAfterCreation * DAY_MS))
    : dateOf(new Date(nowMs + daysAroundToday * DAY_MS))
}

function chooseLabels({ kind, area }: PlannedTitle, random: SeededRandom): string[] {
  const labels = [kind, area.label]
  if (kind === 'bug' && random.chance(0.3)) labels.push('customer-reported')
  if (kind === 'bug' && random.chance(0.15)) labels.push('regression')
  if (kind === 'chore' && random.chance(0.4)) labels.push('tech-debt')
  if (random.chance(0.08)) labels.push('good-first-task')
  if (random.chance(0.06)) labels.push('performance')
  return labels
}

// Even numbers from 1002 are issues, the odd ones after them the pull requests that closed them.
function chooseLinks(
  { repository }: SeededProject,
  { kind, area }: PlannedTitle,
  { number, isDone, random }: { number: number; isDone: boolean; random: SeededRandom },
): PlannedTask['links'] {
  const links: PlannedTask['links'] = []
  const issue = 1_000 + number * 2
  const [isReported, isMerged, isDocumented] = [random.chance(0.4), random.chance(0.5), random.chance(0.1)]
  const add = (path: string, at: number, title: string) =>
    links.push({ ref: `gh:${repository}#${at}`, url: `https://github.com/${repository}/${path}/${at}`, title })
  if (repository && kind === 'bug' && isReported) add('issues', issue, 'Report')
  if (repository && isDone && isMerged) add('pull', issue + 1, 'Pull request')
  if (isDocumented) links.push({ ref: null, url: `https://docs.acme.dev/${area.label}`, title: 'Documentation' })
  return links
}
