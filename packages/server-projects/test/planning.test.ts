/** Planning: many tasks in one call, sprints from plan to end, and what reports are made of. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { storeDraft } from '../src/store/drafts.ts'
import { OPERATOR, openWorkspace, type Workspace } from './open-workspace.ts'

let workspace: Workspace
beforeAll(() => {
  workspace = openWorkspace()
})
afterAll(() => workspace.remove())

const count = (sql: string) => workspace.db.get<{ n: number }>(`SELECT count(*) AS n FROM ${sql}`)?.n ?? -1
const newTask = async (more: object = {}) =>
  (await workspace.call('create_task', { project: 'DES', title: 'Subject', ...more })).task.key
const all = ['tasks', 'activity', 'relations', 'labels', 'links', 'notifications', 'replays', 'touched', 'sprints']
const counts = () => all.map((table) => count(table))

interface Row {
  index: number
  ok: boolean
  key: string
  changed: string[]
  error: { code: string; field: string }
}
const rows = (answer: { [field: string]: unknown }) => answer.results as Row[]

describe('create_tasks', () => {
  const tasks = [
    { title: 'Frame', labels: ['epic-x'], estimate: 8 },
    { title: 'Walls', parent: '#1', assignee: 'henrik' },
    { title: 'Roof', parent: '#1', blocked_by: ['#2'] },
  ]

  it('creates them with relations among them, once per key', async () => {
    const args = { project: 'DES', tasks, idempotency_key: 'house' }
    const [frame, walls, roof] = rows(await workspace.call('create_tasks', args)).map(({ key }) => key)
    const { tasks: read } = await workspace.call('get_task_details', { keys: [roof], sections: ['relations'] })
    expect(read[0]).toMatchObject({ blocked: true })
    expect(((read[0]?.relations ?? []) as Row[]).map((each) => each.key).sort()).toEqual([frame, walls].sort())
    expect(count("tasks WHERE title = 'Frame' AND estimate = 8")).toBe(1)
    const again = await workspace.call('create_tasks', args)
    expect([again.replayed, rows(again)[0]?.key]).toEqual([true, frame])
    expect(count("tasks WHERE title = 'Frame'")).toBe(1)
  })

  it('tells what would happen and writes nothing in a dry run', async () => {
    const before = counts()
    const answer = await workspace.call('create_tasks', {
      project: 'DES',
      tasks,
      dry_run: true,
      idempotency_key: 'dry',
    })
    expect([answer.dry_run, answer.done, answer.text.startsWith('Dry run, nothing was written')]).toEqual([
      true,
      3,
      true,
    ])
    expect(counts()).toEqual(before)
  })

  const bad = [{ title: 'Good' }, { title: 'Bad', assignee: 'nobody-at-all' }, { title: 'Worse', parent: '#2' }]
  it('does all or none when atomic, and tells every fault', async () => {
    const before = counts()
    const error = await workspace.fail('create_tasks', { project: 'DES', tasks: bad })
    expect(error).toMatchObject({
      code: 'batch_failed',
      errors: [
        { index: 1, code: 'unknown_person', field: 'tasks.1.assignee' },
        { index: 2, code: 'invalid_arguments', field: 'tasks.2.parent' },
      ],
    })
    expect(counts()).toEqual(before)
  })

  it('does what can be done when asked for its best', async () => {
    const answer = await workspace.call('create_tasks', { project: 'DES', tasks: bad, mode: 'best_effort' })
    expect([answer.done, answer.failed, rows(answer).map(({ ok }) => ok)]).toEqual([1, 2, [true, false, false]])
    expect(count("tasks WHERE title IN ('Good', 'Bad', 'Worse')")).toBe(1)
  })

  it('stores a draft of its caller, and of nobody else', async () => {
    const body = { project: 'DES', tasks: [{ title: 'Drafted' }, { title: 'Drafted too', blocked_by: ['#1'] }] }
    const { draft_id } = workspace.db.write(() => storeDraft(workspace.contextOf(OPERATOR), body))
    const stranger = { ...OPERATOR, agent: 'other' }
    expect(await workspace.fail('create_tasks', { draft_id }, stranger)).toMatchObject({ code: 'not_found' })
    expect(await workspace.call('create_tasks', { draft_id, dry_run: true })).toMatchObject({ done: 2, dry_run: true })
    expect(await workspace.fail('create_tasks', { draft_id, tasks })).toMatchObject({ code: 'invalid_arguments' })
    const args = { draft_id, idempotency_key: 'draft' }
    expect(await workspace.call('create_tasks', args)).toMatchObject({ done: 2 })
    expect(await workspace.call('create_tasks', args)).toMatchObject({ done: 2, replayed: true })
    expect(await workspace.fail('create_tasks', { draft_id })).toMatchObject({ code: 'not_found' })
    expect(count("tasks WHERE title LIKE 'Drafted%'")).toBe(2)
    expect(await workspace.fail('create_tasks', { tasks })).toMatchObject({ field: 'project' })
  })

  it('answers fifty long ones within the size of a result', async () => {
    const long = Array.from({ length: 50 }, (_, i) => ({ title: `${'長'.repeat(190)} ${i}`, labels: ['ß'.repeat(40)] }))
    const answer = await workspace.call('create_tasks', { project: 'DATA', tasks: long })
    expect(answer.done).toBe(50)
    expect(await workspace.fail('create_tasks', { project: 'DATA', tasks: [...long, long[0]] })).toMatchObject({
      field: 'tasks',
    })
  })
})

describe('bulk_update_tasks', () => {
  it('changes each in its own way and all alike', async () => {
    const keys = [await newTask(), await newTask(), await newTask({ labels: ['kept'] })]
    const answer = await workspace.call('bulk_update_tasks', {
      changes: { add_labels: ['swept'], priority: 'low' },
      updates: [
        { key: keys[0], assignee: 'amara' },
        { key: keys[1], status: 'todo' },
        { key: keys[2], priority: 'high' },
      ],
    })
    expect(rows(answer).map(({ changed }) => changed)).toEqual([
      ['priority', 'assignee', 'labels'],
      ['priority', 'status', 'labels'],
      ['priority', 'labels'],
    ])
    const { tasks } = await workspace.call('get_task_details', { keys, sections: ['links'] })
    expect(tasks).toMatchObject([
      { priority: 'low', assignee: 'amara' },
      { priority: 'low', status: 'Todo' },
      { priority: 'high', labels: ['kept', 'swept'] },
    ])
  })

  it('refuses one that was decided on an older version, and with it all', async () => {
    const keys = [await newTask(), await newTask()]
    await workspace.call('update_task', { key: keys[1], priority: 'high' })
    const updates = keys.map((key) => ({ key, title: 'Renamed', expected_version: 1 }))
    expect(await workspace.fail('bulk_update_tasks', { updates })).toMatchObject({
      code: 'batch_failed',
      field: 'updates.1.expected_version',
    })
    expect(count("tasks WHERE title = 'Renamed'")).toBe(0)
    const answer = await workspace.call('bulk_update_tasks', { updates, mode: 'best_effort' })
    expect([answer.done, answer.failed]).toEqual([1, 1])
    const dry = { updates: [{ key: keys[1], status: 'Canceled' }], dry_run: true }
    const before = counts()
    expect(rows(await workspace.call('bulk_update_tasks', dry))[0]).toMatchObject({ ok: true, changed: ['status'] })
    expect(counts()).toEqual(before)
  })
})

describe('sprints', () => {
  it('are planned, started, worked on and closed', async () => {
    const keys = [await newTask({ assignee: 'amara', estimate: 5 }), await newTask({ project: 'DES' })]
    const plan = { project: 'DES', name: 'Sprint A', goal: 'Calm', add: keys }
    const before = counts()
    expect(await workspace.call('plan_sprint', { ...plan, dry_run: true })).toMatchObject({
      dry_run: true,
      added: keys,
    })
    expect(counts()).toEqual(before)
    const current = (await workspace.call('get_project', { project: 'DES' })).project as {
      sprints: { state: string }[]
    }
    if (current.sprints.some(({ state }) => state === 'active'))
      await workspace.call('close_sprint', { project: 'DES', unfinished: 'none' })
    const planned = await workspace.call('plan_sprint', { ...plan, start: true })
    expect(planned).toMatchObject({
      sprint: { name: 'Sprint A', state: 'active', tasks: 2, points: 5 },
      load: [{ person: 'amara', tasks: 1, points: 5 }],
      warnings: [expect.stringContaining(keys[1] as string), expect.stringContaining('without an estimate')],
    })
    const listed = await workspace.call('list_tasks', { project: 'DES', sprint: 'current' })
    expect(listed.tasks.map(({ key }) => key).sort()).toEqual([...keys].sort())
    for (const status of ['Todo', 'In Progress', 'Done'])
      await workspace.call('transition_task', { key: keys[0], status })
    await workspace.call('plan_sprint', { project: 'DES', name: 'Sprint B' })
    const closed = await workspace.call('close_sprint', { project: 'DES', unfinished: 'next' })
    expect(closed).toMatchObject({ sprint: { state: 'closed', done: 1 }, moved: [keys[1]], moved_to: 'Sprint B' })
    expect((await workspace.call('list_tasks', { sprint: 'Sprint B' })).tasks.map(({ key }) => key)).toEqual([keys[1]])
    const { activity } = await workspace.call('get_activity', { project: 'DES', limit: 50 })
    const told = (activity as { what: string }[]).map(({ what }) => what)
    for (const what of ['planned sprint Sprint A', 'started sprint Sprint A', 'closed sprint Sprint A'])
      expect(told).toContain(what)
  })

  it('refuse what cannot be', async () => {
    const sprint = { project: 'SEC', name: 'Sprint Z', starts_on: '2026-05-01', ends_on: '2026-04-01' }
    expect(await workspace.fail('plan_sprint', sprint)).toMatchObject({ code: 'invalid_arguments', field: 'ends_on' })
    await workspace.call('plan_sprint', { project: 'SEC', name: 'Sprint Z' })
    expect(await workspace.fail('plan_sprint', { project: 'SEC', name: 'Sprint Z', add: ['WEB-1'] })).toMatchObject({
      field: 'add.0',
    })
    const stale = { project: 'SEC', name: 'sprint z', goal: 'Late', expected_version: 7 }
    expect(await workspace.fail('plan_sprint', stale)).toMatchObject({
      code: 'version_conflict',
      current: { name: 'Sprint Z', version: 1 },
    })
    expect(await workspace.fail('close_sprint', { project: 'SEC', sprint: 'Sprint ZZ' })).toMatchObject({
      code: 'unknown_sprint',
      did_you_mean: 'Sprint Z',
    })
    await workspace.call('close_sprint', { project: 'SEC', sprint: 'Sprint Z' })
    const closed = { code: 'sprint_closed' }
    expect(await workspace.fail('close_sprint', { project: 'SEC', sprint: 'Sprint Z' })).toMatchObject(closed)
    expect(await workspace.fail('plan_sprint', { project: 'SEC', name: 'Sprint Z' })).toMatchObject(closed)
    expect(await workspace.fail('update_task', { key: 'SEC-1', sprint: 'Sprint Z' })).toMatchObject(closed)
  })
})

it('reports what was done, what is late and what waits', async () => {
  const key = await newTask({ project: 'OPS', due: '2026-03-01' })
  const blocker = await newTask({ project: 'OPS' })
  await workspace.call('link_task', { key, relation: 'blocked_by', task: blocker })
  const report = await workspace.call('get_status_report', { project: 'ops', days: 14 })
  const { total: overdue } = await workspace.call('list_tasks', { project: 'OPS', overdue: true })
  const { total: blocked } = await workspace.call('list_tasks', { project: 'OPS', blocked: true })
  expect(report).toMatchObject({
    project: 'OPS',
    since: '2026-02-24',
    overdue: { total: overdue },
    blocked: { total: blocked },
  })
  expect((report.completed as { total: number }).total).toBeGreaterThan(0)
  expect(report.text).toContain(`${overdue} overdue, ${blocked} blocked`)
})

it('shows who has how much, the busiest first, page by page', async () => {
  const people = async (args: object) => workspace.call('get_workload', args)
  const first = (await people({ limit: 50 })).people as { handle: string; open: number }[]
  expect(first.map(({ open }) => open)).toEqual(first.map(({ open }) => open).sort((a, b) => b - a))
  const paged: unknown[] = []
  let cursor: string | undefined
  do {
    const page = await people({ limit: 7, ...(cursor ? { cursor } : {}) })
    paged.push(...(page.people as unknown[]))
    cursor = page.next_cursor
  } while (cursor)
  expect(paged).toEqual(first)
  const { total } = await workspace.call('list_tasks', { assignee: 'maria' })
  expect((await people({ people: ['Maria Lindqvist'] })).people).toMatchObject([{ handle: 'maria', open: total }])
  expect(((await people({ team: 'design', limit: 50 })).people as unknown[]).length).toBe(2)
  expect((await people({ project: 'SEC' })).unassigned).toBe(
    (await workspace.call('list_tasks', { project: 'SEC', assignee: 'none' })).total,
  )
})

it.each(['none', 'Current', 'next'])('takes %s for no name of a sprint, nor of a milestone', async (name) => {
  await workspace.call('create_project', { key: `NO${name.slice(0, 2)}`, name: `Without ${name}`, lead: 'devon' })
  expect(await workspace.fail('plan_sprint', { project: `NO${name.slice(0, 2)}`, name })).toMatchObject({
    code: 'invalid_arguments',
    field: 'name',
  })
  const named = { project: 'WEB', milestones: [{ name: 'None' }] }
  expect(await workspace.fail('update_project', named)).toMatchObject({
    code: 'invalid_arguments',
    field: 'milestones',
  })
})
