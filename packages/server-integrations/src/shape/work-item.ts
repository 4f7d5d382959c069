/** An issue, a ticket or a pull request as every connector tells one. */
import { z } from 'zod'
import { Person, personLabel } from './person.ts'

export const WorkItem = z.object({
  /** How other systems refer to it: `gh:acme/web#456`, `linear:WEB-7`, `jira:WEB-7`. */
  ref: z.string(),
  title: z.string(),
  /** The vendor's own word. */
  state: z.string(),
  /** What that word means. */
  status: z.enum(['open', 'started', 'done', 'canceled']),
  labels: z.array(z.string()),
  author: Person.optional(),
  assignees: z.array(Person),
  created_at: z.string(),
  updated_at: z.string(),
  url: z.string(),
})
export type WorkItem = z.output<typeof WorkItem>

const MAX_TITLE_CHARS = 200
const MAX_NAMES = 10

/** The item with its lists and texts bounded, so that a page of them fits a result. */
export function bounded<Item extends WorkItem>(item: Item): Item {
  return {
    ...item,
    title: item.title.slice(0, MAX_TITLE_CHARS),
    labels: item.labels.slice(0, MAX_NAMES),
    assignees: item.assignees.slice(0, MAX_NAMES),
  }
}

/** One line of a list. */
export function workItemLine(item: WorkItem): string {
  const labels = item.labels.length > 0 ? ` [${item.labels.join(', ')}]` : ''
  const by = item.author ? ` · by ${personLabel(item.author)}` : ''
  const assignees = item.assignees.length > 0 ? ` · assigned to ${item.assignees.map(personLabel).join(', ')}` : ''
  return `${item.ref} · ${item.state} · ${item.title}${labels}${by}${assignees}`
}
