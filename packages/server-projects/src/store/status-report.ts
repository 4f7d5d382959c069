/** What a report on one project or all needs: how it stands, what was done, what is at risk. */
import type { Database, Parameters } from './database.ts'
import { findTasks, type Sort } from './find-tasks.ts'
import { type Milestone, milestonesToShow } from './milestone.ts'
import type { Project } from './project.ts'
import { type SprintView, sprintView } from './project-details.ts'
import { readSprints } from './sprint.ts'
import { DUE_OR_NEVER, IS_AMONG_BLOCKED, IS_OPEN, summaryOf, type TaskSummary } from './task.ts'

/** Tasks of one kind: how many, and the first of them. */
export type TaskSample = { total: number; tasks: TaskSummary[] }

/** A report as data; days are `YYYY-MM-DD`. */
export type StatusReport = {
  project: string | null
  since: string
  until: string
  open: number
  in_progress: number
  unassigned: number
  created: number
  completed: TaskSample
  overdue: TaskSample
  blocked: TaskSample
  due_soon: TaskSample
  sprint: SprintView | null
  milestones: Omit<Milestone, 'id'>[]
}

const MAX_SAMPLE = 8

/** What the report covers. */
export interface ReportSpan {
  project: Project | undefined
  since: string
  today: string
  soon: string
}

/** Reads it all as of now. */
export function readStatusReport(db: Database, span: ReportSpan): StatusReport {
  const { project, since, today, soon } = span
  const sample = (where: string, sort: Sort, parameters: Parameters = {}) =>
    sampleOf(db, span, { where, sort, parameters })
  const active = project && readSprints(db, project.id).find(({ state }) => state === 'active')
  return {
    project: project?.key ?? null,
    since,
    until: today,
    ...countsOf(db, span),
    completed: sample(
      // What was completed was updated then: the index on updates leaves few tasks to look at.
      `s.category = 'done' AND t.updated_at >= :since AND EXISTS (SELECT 1 FROM activity a WHERE a.task_id = t.id
         AND a.at >= :since AND a.field = 'status' AND a.after = s.name)`,
      'updated',
      { since },
    ),
    overdue: sample(`${IS_OPEN} AND ${DUE_OR_NEVER} < :today`, 'due', { today }),
    blocked: sample(IS_AMONG_BLOCKED, 'priority'),
    due_soon: sample(`${IS_OPEN} AND ${DUE_OR_NEVER} BETWEEN :today AND :soon`, 'due', { today, soon }),
    sprint: active ? sprintView(db, active) : null,
    milestones: project ? milestonesToShow(db, project.id) : [],
  }
}

function countsOf(db: Database, { project, since }: ReportSpan) {
  const among = `t.deleted_at IS NULL AND (:projectId IS NULL OR t.project_id = :projectId)`
  return db.get<Pick<StatusReport, 'open' | 'in_progress' | 'unassigned' | 'created'>>(
    `SELECT count(*) FILTER (WHERE ${IS_OPEN}) AS open,
       count(*) FILTER (WHERE s.category = 'in_progress') AS in_progress,
       count(*) FILTER (WHERE ${IS_OPEN} AND t.assignee_id IS NULL) AS unassigned,
       (SELECT count(*) FROM tasks t WHERE t.updated_at >= :since AND t.created_at >= :since AND ${among}) AS created
     FROM tasks t JOIN workflow_states s ON s.id = t.state_id WHERE ${among}`,
    { projectId: project?.id ?? null, since },
  ) as Pick<StatusReport, 'open' | 'in_progress' | 'unassigned' | 'created'>
}

function sampleOf(
  db: Database,
  { project, today }: ReportSpan,
  wanted: { where: string; sort: Sort; parameters: Parameters },
): TaskSample {
  const { found, total } = findTasks(db, {
    conditions: {
      where: ['t.deleted_at IS NULL', wanted.where, ...(project ? ['t.project_id = :projectId'] : [])],
      parameters: { ...wanted.parameters, ...(project ? { projectId: project.id } : {}) },
    },
    sort: wanted.sort,
    limit: MAX_SAMPLE,
  })
  return { total, tasks: found.map(({ row }) => summaryOf(row, today)) }
}
