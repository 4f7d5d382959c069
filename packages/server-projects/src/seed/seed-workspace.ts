/** Fills a new workspace with people, projects and several hundred tasks that have a past. */

import { recordActivity } from '../store/activity.ts'
import type { Database } from '../store/database.ts'
import { addLabels } from '../store/labels.ts'
import { addMember } from '../store/members.ts'
import { indexAllTasks } from '../store/search-index.ts'
import { storeWorkflow } from '../store/workflows.ts'
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
  for (const { handle, name, email, team, title, github, slack } of SEEDED_PEOPLE)
    db.run(
      `INSERT INTO users (handle, name, email, team, title, github, slack)
       VALUES (:handle, :name, :email, :team, :title, :github, :slack)`,
      { handle, name, email, team, title, github, slack },
    )
  const createdAt = new Date(toMinute(now.getTime()) - (OLDEST_DAYS + 10) * DAY_MS).toISOString()
  const stored = PROJECTS.flatMap((project) => {
    insertProject(db, project, createdAt)
    return planTasks(project, now).map((task) => ({ task, id: insertTask(db, project, task) }))
  })
  insertEvents(db, stored)
  indexAllTasks(db)
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

function addMembers(db: Database, project: SeededProject, to: { projectId: number; at: string }): void {
  const handles = new Set([project.lead, ...project.members, ...project.areas.map(({ owner }) => owner)])
  for (const { id } of db.all<{ id: number }>(
    'SELECT id FROM users WHERE handle IN (SELECT value FROM json_each(:handles)) ORDER BY id',
    { handles: JSON.stringify([...handles]) },
  ))
    addMember(db, { ...to, userId: id })
}

function insertProject(db: Database, project: SeededProject, createdAt: string): void {
  const { key, name, description, repository, lead, taskCount, workflow } = project
  const projectId = db.run(
    `INSERT INTO projects (key, name, description, repository, lead_id, last_number, created_at)
     VALUES (:key, :name, :description, :repository, (SELECT id FROM users WHERE handle = :lead), :taskCount, :createdAt)`,
    { key, name, description, repository, lead, taskCount, createdAt },
  )
  addMembers(db, project, { projectId, at: createdAt })
  storeWorkflow(db, projectId, workflow.states)
}

function insertTask(db: Database, project: SeededProject, task: PlannedTask): number {
  const first = task.events[0]?.atMs ?? 0
  const last = task.events.at(-1)?.atMs ?? first
  const { key, title, description, state, assignee, priority, due, reporter } = task
  const id = db.run(
    `INSERT INTO tasks (key, project_id, title, description, state_id, assignee_id, priority, due, created_by, created_at, updated_at, version)
     SELECT :key, p.id, :title, :description, s.id, (SELECT id FROM users WHERE handle = :assignee), :priority, :due, :reporter,
       :createdAt, :updatedAt, :version
     FROM projects p JOIN workflow_states s ON s.project_id = p.id AND s.name = :state WHERE p.key = :project`,
    {
      ...{ key, title, description, state, assignee, priority, due, reporter, project: project.key },
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

// In the order of time across all tasks, as it would have been recorded.
function insertEvents(db: Database, stored: { task: PlannedTask; id: number }[]): void {
  const versions = new Map<number, number>()
  const events = stored.flatMap(({ task, id }) => task.events.map((event) => ({ ...event, id })))
  for (const { id, atMs, body, ...event } of events.sort((a, b) => a.atMs - b.atMs)) {
    const version = (versions.get(id) ?? 1) + (event.kind === 'changed' ? 1 : 0)
    versions.set(id, version)
    const at = new Date(atMs).toISOString()
    recordActivity(db, { id, version }, { ...event, at })
    if (body)
      db.run('INSERT INTO comments (task_id, author, body, created_at) VALUES (:id, :actor, :body, :at)', {
        ...{ id, actor: event.actor, body, at },
      })
  }
}
