/** The seeded workspace: repeatable, and true to its own rules. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { NOW, openWorkspace, type Workspace } from '../../test/open-workspace.ts'

let workspace: Workspace
beforeAll(() => {
  workspace = openWorkspace()
})
afterAll(() => workspace.remove())

const count = (sql: string) => workspace.db.get<{ n: number }>(`SELECT count(*) AS n FROM ${sql}`)?.n ?? -1

it('is the same in two places on one day', async () => {
  const other = openWorkspace()
  for (const table of [
    'users',
    'projects',
    'memberships',
    'tasks',
    'sprints',
    'milestones',
    'relations',
    'links',
    'comments',
    'activity',
    'task_labels',
  ])
    expect(other.db.all(`SELECT * FROM ${table}`), table).toEqual(workspace.db.all(`SELECT * FROM ${table}`))
  await other.remove()
})

it('has projects, people and 1,500 tasks, some late, some without an owner', () => {
  expect(count('projects')).toBeGreaterThanOrEqual(6)
  expect(count('users')).toBeGreaterThanOrEqual(25)
  expect(count('tasks')).toBeGreaterThanOrEqual(1_500)
  expect(count('comments')).toBeGreaterThan(1_000)
  expect(count(`tasks WHERE due < '${NOW.toISOString().slice(0, 10)}'`)).toBeGreaterThan(10)
  expect(count('tasks WHERE assignee_id IS NULL')).toBeGreaterThan(5)
  expect(count('(SELECT DISTINCT title FROM tasks)')).toBe(count('tasks'))
  expect(count("tasks WHERE key = 'WEB-142'")).toBe(1)
})

it('plans in sprints and milestones, and knows what belongs together', () => {
  for (const project of ['WEB', 'API', 'MOB']) {
    const of = `sprints s JOIN projects p ON p.id = s.project_id WHERE p.key = '${project}'`
    expect(count(`${of} AND s.state = 'closed'`)).toBe(12)
    expect(count(`${of} AND s.state = 'active'`)).toBe(1)
    expect(count(`tasks t JOIN ${of} AND s.state = 'active' AND t.sprint_id = s.id`)).toBeGreaterThan(10)
  }
  expect(count('milestones')).toBe(3 * count('projects'))
  expect(count('tasks WHERE milestone_id IS NOT NULL')).toBeGreaterThan(200)
  for (const kind of ['blocks', 'parent_of', 'relates_to', 'duplicates'])
    expect(count(`relations WHERE kind = '${kind}'`), kind).toBeGreaterThan(10)
  // What blocks and what is a parent came first, so there is no circle.
  expect(count("relations WHERE kind IN ('blocks', 'parent_of') AND from_id >= to_id")).toBe(0)
  expect(count('tasks t JOIN sprints s ON s.id = t.sprint_id WHERE s.project_id <> t.project_id')).toBe(0)
})

it('leaves the issue of the checkout story to whoever works on it', () => {
  expect(count("links WHERE ref = 'gh:acme/web#456' OR url LIKE '%acme/web/issues/456%'")).toBe(0)
  expect(count("tasks WHERE title LIKE '%coupon%'")).toBe(0)
})

it('records a past that leads to the present', () => {
  expect(count(`activity WHERE at >= '${NOW.toISOString()}'`)).toBe(0)
  expect(count('tasks t WHERE updated_at <> (SELECT max(at) FROM activity WHERE task_id = t.id)')).toBe(0)
  expect(count('tasks t WHERE version <> (SELECT max(version) FROM activity WHERE task_id = t.id)')).toBe(0)
  expect(count('tasks WHERE due < substr(created_at, 1, 10)')).toBe(0)
  expect(
    count(`tasks t JOIN workflow_states s ON s.id = t.state_id WHERE s.position > 0 AND s.name <>
      (SELECT after FROM activity WHERE task_id = t.id AND field = 'status' ORDER BY id DESC LIMIT 1)`),
  ).toBe(0)
})

it('moved tasks only as their workflows allow', () => {
  expect(
    count(`activity a JOIN tasks t ON t.id = a.task_id
      JOIN workflow_states f ON f.project_id = t.project_id AND f.name = a.before
      JOIN workflow_states s ON s.project_id = t.project_id AND s.name = a.after
      WHERE a.field = 'status' AND NOT EXISTS
        (SELECT 1 FROM workflow_moves m WHERE m.from_id = f.id AND m.to_id = s.id)`),
  ).toBe(0)
})

it('keeps its record: activity is neither changed nor removed', () => {
  expect(() => workspace.db.run("UPDATE activity SET actor = 'x'")).toThrow(/append-only/)
  expect(() => workspace.db.run('DELETE FROM activity')).toThrow(/append-only/)
})
