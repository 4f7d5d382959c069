/** Fills a new workspace with people, projects and fifteen hundred tasks that have a past. */

import { recordActivity } from '../store/activity.ts'
import type { Database } from '../store/database.ts'
import { addLabels } from '../store/labels.ts'
import { indexAllTasks } from '../store/search-index.ts'
import { insertProject, projectActs } from './insert-project.ts'
import { planMilestones } from './plan-milestones.ts'
import { type PlannedRelation, planRelations } from './plan-relations.ts'
import { planSprints } from './plan-sprints.ts'
import { type PlannedTask, planTask } from './plan-task.ts'
import { planTitles } from './plan-titles.ts'
import { api } from './projects/api.ts'
import { data } from './projects/data.ts'
import { des } from './projects/des.ts'
import { mob } from './projects/mob.ts'
import { ops } from './projects/ops.ts'
import { sec } from './projects/sec.ts'
import { web } from './projects/web.ts'
import { SEEDED_PEOPLE } from './seeded-people.ts'
import type { SeededProject } from './seeded-project.ts'
import { createSeededRandom } from './seeded-random.ts'
import { laterAtWork, toMinute } from './work-calendar.ts'

const PROJECTS = [web, api, mob, ops, data, sec, des]
const DAY_MS = 86_400_000
const OLDEST_DAYS = 330

/** Fills the empty tables; the same on the same day. Call it inside a transaction. */
export function seedWorkspace(db: Database, now: Date): void {
  const nowMs = toMinute(now.getTime())
  insertPeople(db)
  const createdAt = new Date(nowMs - (OLDEST_DAYS + 10) * DAY_MS).toISOString()
  const acts = PROJECTS.flatMap((project) => {
    const tasks = planTasks(project, now)
    const sprints = planSprints(project, tasks, nowMs)
    const frame = { sprints, milestones: planMilestones(project, tasks, nowMs), createdAt }
    const id = insertProject(db, project, frame)
    const ids = new Map(tasks.map((task) => [task, insertTask(db, id, task)]))
    insertRelations(db, planRelations(project, tasks), ids)
    return [...projectActs(db, project, { id, frame, nowMs }), ...taskActs(db, ids)]
  })
  // In the order of time across all projects, as it would have been recorded.
  for (const { record } of acts.sort((a, b) => a.atMs - b.atMs)) record()
  indexAllTasks(db)
}

function insertPeople(db: Database): void {
  for (const { handle, name, email, team, title, github, slack } of SEEDED_PEOPLE)
    db.run(
      `INSERT INTO users (handle, name, email, team, title, github, slack)
       VALUES (:handle, :name, :email, :team, :title, :github, :slack)`,
      { handle, name, email, team, title, github, slack },
    )
}

function planTasks(project: SeededProject, now: Date): PlannedTask[] {
  const random = createSeededRandom(`${project.key}:times`)
  const nowMs = toMinute(now.getTime())
  const titles = planTitles(project)
  const createdAtMs = titles
    .map((_, i) => {
      // More of them of late: a workspace is busier than it was.
      const daysAgo = OLDEST_DAYS * (1 - i / titles.length) ** 1.5 + random.next()
      return laterAtWork(nowMs - daysAgo * DAY_MS, 0, { random, nowMs }) ?? nowMs - random.between(20, 600) * 60_000
    })
    .sort((a, b) => a - b)
  return titles.map((about, i) =>
    planTask(project, about, { number: i + 1, createdAtMs: createdAtMs[i] ?? nowMs, nowMs }),
  )
}

function insertTask(db: Database, projectId: number, task: PlannedTask): number {
  const first = task.events[0]?.atMs ?? 0
  const last = task.events.at(-1)?.atMs ?? first
  const { key, title, description, state, assignee, priority, due, reporter, estimate, sprint, milestone } = task
  const id = db.run(
    `INSERT INTO tasks (key, project_id, title, description, state_id, assignee_id, priority, due, estimate, sprint_id,
       milestone_id, created_by, created_at, updated_at, version)
     SELECT :key, s.project_id, :title, :description, s.id, (SELECT id FROM users WHERE handle = :assignee), :priority, :due,
       :estimate, (SELECT id FROM sprints WHERE project_id = :projectId AND name = :sprint),
       (SELECT id FROM milestones WHERE project_id = :projectId AND name = :milestone), :reporter, :createdAt, :updatedAt,
       :version
     FROM workflow_states s WHERE s.project_id = :projectId AND s.name = :state`,
    {
      ...{ key, title, description, state, assignee, priority, due, reporter, estimate, sprint, milestone, projectId },
      createdAt: new Date(first).toISOString(),
      updatedAt: new Date(last).toISOString(),
      version: 1 + task.events.filter(({ kind }) => kind === 'changed').length,
    },
  )
  addLabels(db, id, task.labels)
  for (const { ref, url, title: linkTitle } of task.links)
    db.run(
      `INSERT INTO links (task_id, ref, url, title, created_by, created_at)
       VALUES (:id, :ref, :url, :title, :reporter, :at)`,
      { id, ref, url, title: linkTitle, reporter, at: new Date(first).toISOString() },
    )
  return id
}

function insertRelations(
  db: Database,
  relations: readonly PlannedRelation[],
  ids: ReadonlyMap<PlannedTask, number>,
): void {
  for (const { from, kind, to } of relations)
    db.run(
      `INSERT INTO relations (from_id, kind, to_id, created_by, created_at) VALUES (:from, :kind, :to, :by, :at)
       ON CONFLICT DO NOTHING`,
      {
        ...{ from: ids.get(from) ?? 0, kind, to: ids.get(to) ?? 0, by: to.reporter },
        at: new Date(Math.max(from.events[0]?.atMs ?? 0, to.events[0]?.atMs ?? 0)).toISOString(),
      },
    )
}

function taskActs(db: Database, ids: ReadonlyMap<PlannedTask, number>): { atMs: number; record(): void }[] {
  return [...ids].flatMap(([task, id]) => {
    let version = 1
    return task.events.map(({ atMs, body, ...event }) => {
      if (event.kind === 'changed') version++
      const task = { id, version }
      const at = new Date(atMs).toISOString()
      return {
        atMs,
        record() {
          recordActivity(db, task, { ...event, at })
          if (body)
            db.run('INSERT INTO comments (task_id, author, body, created_at) VALUES (:id, :actor, :body, :at)', {
              ...{ id, actor: event.actor, body, at },
            })
        },
      }
    })
  })
}
