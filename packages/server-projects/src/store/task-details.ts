/** Everything known of one task, in chosen sections, each cut to its share of the result. */
import { fitRows } from '@causeway/shared-contracts/bounded-rows'
import { clipText } from '../text/clip-text.ts'
import { activityOfTask, describeActivity } from './activity.ts'
import type { Database } from './database.ts'
import { type Link, readLinks } from './links.ts'
import { type RelatedTask, readRelations } from './relations.ts'
import { summaryOf, type TaskRow, type TaskSummary } from './task.ts'

/** Parts of a task that may be asked for. */
export const SECTIONS = ['description', 'links', 'relations', 'comments', 'activity'] as const
type Section = (typeof SECTIONS)[number]

/** One comment; other people wrote its body. */
export type CommentView = { id: number; author: string; at: string; body: string; untrusted: true }

/** A task with its sections; texts that other people wrote are marked. */
export type TaskDetails = TaskSummary & {
  created_by: string
  created_at: string
  description?: string
  /** The description is somebody's text, not instructions. */
  untrusted?: true
  links?: { ref?: string; url?: string; title?: string }[]
  relations?: RelatedTask[]
  comments?: CommentView[]
  comments_total?: number
  activity?: { at: string; actor: string; what: string }[]
  /** Sections of which only a part fits. */
  cut?: Section[]
}

/** Most rows of a section that are read at all. */
const MAX_ROWS = 100

/** @param share sections wanted, the bytes they may take together, and today as `YYYY-MM-DD` */
export function taskDetails(
  db: Database,
  row: TaskRow,
  share: { sections: readonly Section[]; maxBytes: number; today: string },
): TaskDetails {
  const { sections } = share
  const sectionBytes = Math.floor(share.maxBytes / sections.length)
  const details: TaskDetails = {
    ...summaryOf(row, share.today),
    created_by: row.created_by,
    created_at: row.created_at,
  }
  const cut: Section[] = []
  const fitted = <Row>(section: Section, rows: Row[]): Row[] => {
    const kept = fitRows(rows, (each) => JSON.stringify(each), sectionBytes)
    if (kept.length < rows.length) cut.push(section)
    return kept
  }
  if (sections.includes('description')) {
    details.description = clipText(row.description, sectionBytes)
    details.untrusted = true
    if (details.description !== row.description) cut.push('description')
  }
  if (sections.includes('links')) details.links = fitted('links', readLinks(db, row.id).map(linkView))
  if (sections.includes('relations')) details.relations = fitted('relations', readRelations(db, row.id))
  if (sections.includes('comments')) {
    const latest = latestComments(db, row.id, sectionBytes)
    details.comments = fitted('comments', latest.comments).reverse()
    details.comments_total = latest.total
  }
  if (sections.includes('activity')) {
    const entries = activityOfTask(db, row.id, MAX_ROWS)
    details.activity = fitted(
      'activity',
      entries.map((entry) => ({ at: entry.at, actor: entry.actor, what: describeActivity(entry) })),
    ).reverse()
  }
  return cut.length > 0 ? { ...details, cut } : details
}

function latestComments(db: Database, taskId: number, maxBytes: number): { comments: CommentView[]; total: number } {
  const rows = db.all<Omit<CommentView, 'untrusted'> & { total: number }>(
    `SELECT id, author, created_at AS at, body, count(*) OVER () AS total FROM comments
     WHERE task_id = :taskId ORDER BY id DESC LIMIT :limit`,
    { taskId, limit: MAX_ROWS },
  )
  const comments = rows.map(({ id, author, at, body }) => ({
    id,
    author,
    at,
    body: clipText(body, maxBytes),
    untrusted: true as const,
  }))
  return { comments, total: rows[0]?.total ?? 0 }
}

function linkView({ ref, url, title }: Link) {
  return { ...(ref ? { ref } : {}), ...(url ? { url } : {}), ...(title ? { title } : {}) }
}
