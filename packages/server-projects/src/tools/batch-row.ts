/** A task as one row of a batch's answer: short enough for fifty of them whatever their titles. */
import type { TaskRow } from '../store/task.ts'
import { cleanLine } from '../text/clean-input.ts'
import { clipText } from '../text/clip-text.ts'

const MAX_TITLE_BYTES = 100

/** What a batch tells of a task; the rest is in `get_task_details`. */
export type BatchRow = { key: string; title: string; status: string; assignee?: string; version: number }

/** The row of one task. */
export function batchRow({ key, title, status, assignee, version }: TaskRow): BatchRow {
  return { key, title: clipText(title, MAX_TITLE_BYTES), status, ...(assignee ? { assignee } : {}), version }
}

/** `WEB-142 [Todo] maria · Title`. */
export function renderBatchRow({ key, title, status, assignee }: BatchRow): string {
  return `${key} [${status}] ${assignee ?? 'unassigned'} · ${cleanLine(title)}`
}
