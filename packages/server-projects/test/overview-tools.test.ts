/** Projects, people and the record: found by any name, paged without gap. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { OPERATOR, openWorkspace, type Workspace } from './open-workspace.ts'

let workspace: Workspace
beforeAll(() => {
  workspace = openWorkspace()
})
afterAll(() => workspace.remove())

async function walk(tool: string, list: string, args: object, between = async () => {}): Promise<unknown[]> {
  const rows: unknown[] = []
  let cursor: string | undefined
  do {
    const page = await workspace.call(tool, { ...args, ...(cursor ? { cursor } : {}) })
    rows.push(...(page[list] as unknown[]))
    cursor = page.next_cursor
    await between()
  } while (cursor)
  return rows
}

it('lists projects, page by page, with counts that add up', async () => {
  const all = (await workspace.call('list_projects', { limit: 50 })).projects as { key: string; open: number }[]
  expect(all.length).toBeGreaterThanOrEqual(6)
  expect(await walk('list_projects', 'projects', { limit: 2 })).toEqual(all)
  const web = all.find(({ key }) => key === 'WEB')
  expect((await workspace.call('list_tasks', { project: 'WEB' })).total).toBe(web?.open)
})

it.each(['WEB', 'web storefront', 'acme/web'])('reads a project by %s', async (project) => {
  const answer = await workspace.call('get_project', { project })
  expect(answer.project).toMatchObject({
    key: 'WEB',
    lead: 'devon',
    version: 1,
    members: expect.arrayContaining(['devon', 'maria']),
    states: expect.arrayContaining([
      expect.objectContaining({ name: 'Backlog', next: expect.arrayContaining(['Todo']) }),
    ]),
  })
  expect(answer.text).toContain('state In Progress (in_progress)')
})

it('finds people by any part of what is known of them', async () => {
  const handles = async (args: object, caller = OPERATOR) =>
    ((await workspace.call('find_people', { limit: 50, ...args }, caller)).people as { handle: string }[]).map(
      ({ handle }) => handle,
    )
  expect(await handles({ query: 'daniel' })).toEqual(['dokafor', 'dreyes'])
  expect(await handles({ query: '@maria-l' })).toEqual(['maria'])
  expect(await handles({ query: 'payments back-end' })).toEqual(['sofia'])
  expect(await handles({ query: 'chloe' })).toEqual(['chloe'])
  expect(await handles({ query: 'me' }, { ...OPERATOR, user: 'devon' })).toEqual(['devon'])
  expect(await handles({ query: 'me' })).toEqual([])
  expect(await handles({ team: 'security' })).toEqual(['grace', 'samir'])
  expect(await handles({ project: 'SEC', query: 'lead' })).toContain('samir')
  expect(await walk('find_people', 'people', { limit: 4 })).toHaveLength((await handles({})).length)
})

it('reads the record by project, task, actor and days', async () => {
  const { task } = await workspace.call(
    'create_task',
    { project: 'DES', title: 'Recorded' },
    { ...OPERATOR, user: 'amara' },
  )
  const read = async (args: object) =>
    (await workspace.call('get_activity', { limit: 50, ...args })).activity as {
      key: string
      actor: string
      at: string
    }[]
  expect(await read({ key: task.key.toLowerCase() })).toMatchObject([{ actor: 'amara', what: 'created the task' }])
  expect((await read({ actor: 'Amara Diallo', project: 'DES' }))[0]).toMatchObject({ key: task.key })
  expect((await read({ project: 'DES', since: '2026-03-10' })).every(({ at }) => at >= '2026-03-10')).toBe(true)
  const day = await read({ since: '2026-03-04', until: '2026-03-04' })
  expect(day.length).toBeGreaterThan(0)
  expect(day.every(({ at }) => at.startsWith('2026-03-04'))).toBe(true)
})

it('walks the record once while more is recorded', async () => {
  const seen = (await walk('get_activity', 'activity', { project: 'SEC', limit: 50 }, async () => {
    await workspace.call('create_task', { project: 'SEC', title: 'Meanwhile' })
  })) as { id: number }[]
  const ids = seen.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  const stored = workspace.db.all<{ id: number }>(
    `SELECT a.id FROM activity a JOIN projects p ON p.id = a.project_id WHERE p.key = 'SEC' AND a.id <= ${Math.max(...ids)}`,
  )
  expect(ids.length).toBe(stored.length)
})

it.each([
  ['get_project', { project: 'WEBB' }, 'not_found', 'project'],
  ['find_people', { project: 'nope' }, 'not_found', 'project'],
  ['get_activity', { actor: 'mariaa' }, 'unknown_person', 'actor'],
  ['get_activity', { since: 'yesterday' }, 'invalid_arguments', 'since'],
  ['list_projects', { cursor: 'x' }, 'invalid_cursor', 'cursor'],
  ['list_tasks', { sprint: 'Sprint 999' }, 'unknown_sprint', 'sprint'],
])('%s refuses %o', async (tool, args, code, field) => {
  expect(await workspace.fail(tool, args)).toMatchObject({ code, field })
})
