/** Tasks as rows and as the summary that every tool answers with. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { folded } from '../text/clean-input.ts'
import { closest } from '../text/closest.ts'
import type { Database } from './database.ts'

/** Priorities, the most pressing first; a row stores the place, from 1. */
export const PRIORITIES = ['urgent', 'high', 'medium', 'low', 'none'] as const

/** One task as stored, with the names behind its ids. */
export interface TaskRow {
  id: number
  key: string
  project_id: number
  project: string
  title: string
  description: string
  state_id: number
  status: string
  category: string
  assignee_id: number | null
  assignee: string | null
  priority: number
  due: string | null
  estimate: number | null
  sprint_id: number | null
  sprint: string | null
  milestone_id: number | null
  milestone: string | null
  /** 1 when an open task blocks it. */
  blocked: number
  created_by: string
  created_at: string
  updated_at: string
  version: number
  deleted_at: string | null
  /** JSON array of label names. */
  labels: string
}

/** What every tool tells of a task. */
export type TaskSummary = {
  key: string
  title: string
  project: string
  status: string
  priority: (typeof PRIORITIES)[number]
  assignee?: string
  labels: string[]
  due?: string
  overdue?: boolean
  blocked?: boolean
  sprint?: string
  milestone?: string
  /** In points. */
  estimate?: number
  updated_at: string
  version: number
}

/** SQL: something is left to do on the task whose state is `s`. */
export const IS_OPEN = "s.category NOT IN ('done', 'canceled')"

/** SQL: an open task blocks the open task `t`. */
export const IS_BLOCKED = `(${IS_OPEN} AND EXISTS (SELECT 1 FROM relations r JOIN tasks bt ON bt.id = r.from_id
  JOIN workflow_states bs ON bs.id = bt.state_id WHERE r.to_id = t.id AND r.kind = 'blocks' AND bt.deleted_at IS NULL
  AND bs.category NOT IN ('done', 'canceled')))`

/** SQL: the same, for filters: the tasks that are blocked are found once, not each looked at. */
export const IS_AMONG_BLOCKED = `(${IS_OPEN} AND t.id IN (SELECT r.to_id FROM relations r JOIN tasks bt ON bt.id = r.from_id
  JOIN workflow_states bs ON bs.id = bt.state_id WHERE r.kind = 'blocks' AND bt.deleted_at IS NULL
  AND bs.category NOT IN ('done', 'canceled')))`

/** SQL: the due date of `t`, or for tasks without one the end of time; it is the first column of the index that lists are read by. */
export const DUE_OR_NEVER = "coalesce(t.due, '9999-12-31')"

/** The columns of a {@link TaskRow}, over {@link TASK_TABLES}. */
export const TASK_COLUMNS = `t.*, p.key AS project, s.name AS status, s.category, u.handle AS assignee,
  sp.name AS sprint, m.name AS milestone, ${IS_BLOCKED} AS blocked,
  (SELECT json_group_array(name) FROM (SELECT l.name FROM task_labels tl JOIN labels l ON l.id = tl.label_id
    WHERE tl.task_id = t.id ORDER BY l.name)) AS labels`

/** Where {@link TASK_COLUMNS} come from: `t`, `p`, `s`, `u`, `sp` and `m` are the task, its project, state, assignee, sprint and milestone. */
export const TASK_TABLES = `tasks t JOIN projects p ON p.id = t.project_id JOIN workflow_states s ON s.id = t.state_id
  LEFT JOIN users u ON u.id = t.assignee_id LEFT JOIN sprints sp ON sp.id = t.sprint_id
  LEFT JOIN milestones m ON m.id = t.milestone_id`

/** True for a category in which nothing is left to do. */
export function isClosed(category: string): boolean {
  return category === 'done' || category === 'canceled'
}

/** @param today `YYYY-MM-DD`, for `overdue` */
export function summaryOf(row: TaskRow, today: string): TaskSummary {
  const isOverdue = row.due !== null && row.due < today && !isClosed(row.category)
  return {
    key: row.key,
    title: row.title,
    project: row.project,
    status: row.status,
    priority: PRIORITIES[row.priority - 1] ?? 'none',
    ...(row.assignee ? { assignee: row.assignee } : {}),
    labels: JSON.parse(row.labels) as string[],
    ...(row.due ? { due: row.due } : {}),
    ...(isOverdue ? { overdue: true } : {}),
    ...(row.blocked ? { blocked: true } : {}),
    ...(row.sprint ? { sprint: row.sprint } : {}),
    ...(row.milestone ? { milestone: row.milestone } : {}),
    ...(row.estimate === null ? {} : { estimate: row.estimate }),
    updated_at: row.updated_at,
    version: row.version,
  }
}

/** A key as it is stored, however it was typed. */
export function canonicalKey(key: string): string {
  return folded(key).toUpperCase()
}

/**
 * The task with this key.
 * @param field the argument that held the key
 * @throws ToolError `not_found` with the closest key
 */
export function findTask(db: Database, key: string, field = 'key'): TaskRow {
  const wanted = canonicalKey(key)
  const row = db.get<TaskRow>(`SELECT ${TASK_COLUMNS} FROM ${TASK_TABLES} WHERE t.key = :wanted`, { wanted })
  if (row && !row.deleted_at) return row
  const near = closestTask(db, wanted)
  const why = row
    ? `${wanted} was deleted on ${row.deleted_at?.slice(0, 10)}; restore_task brings it back.`
    : `No task ${wanted}.`
  throw new ToolError(
    'not_found',
    `${why} ${near ? `Closest: ${near.key} '${near.title}'. ` : ''}Use search_tasks to find the key.`,
    { field, ...(near ? { did_you_mean: near.key } : {}) },
  )
}

/**
 * The id of the task with this key, deleted or not.
 * @throws ToolError `not_found`
 */
export function findTaskId(db: Database, key: string): number {
  const row = db.get<{ id: number }>('SELECT id FROM tasks WHERE key = :key', { key: canonicalKey(key) })
  return row?.id ?? findTask(db, key).id
}

/** Keys that start so, the latest first. */
export function completeKey(db: Database, typed: string): string[] {
  const start = canonicalKey(typed)
  return db
    .all<{ key: string }>(
      `SELECT key FROM tasks WHERE key >= :start AND key < :end AND deleted_at IS NULL ORDER BY id DESC LIMIT 100`,
      { start, end: `${start}\u{10FFFF}` },
    )
    .map(({ key }) => key)
}

function closestTask(db: Database, wanted: string): { key: string; title: string } | undefined {
  const prefix = wanted.split('-')[0] ?? ''
  const inProject = db.all<{ key: string; title: string }>(
    `SELECT t.key, t.title FROM tasks t JOIN projects p ON p.id = t.project_id
     WHERE t.deleted_at IS NULL AND (p.key = :prefix OR NOT EXISTS (SELECT 1 FROM projects WHERE key = :prefix))
     ORDER BY t.id DESC LIMIT 5000`,
    { prefix },
  )
  const near = closest(
    wanted,
    inProject.map((task) => task.key),
  )
  return inProject.find((task) => task.key === near)
}
