/** Finding tasks: filters, words, order, and pages that lose and repeat nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OPERATOR, openWorkspace, type Workspace } from './open-workspace.ts'

let workspace: Workspace
beforeAll(() => {
  workspace = openWorkspace()
})
afterAll(() => workspace.remove())

const PEOPLE_AGENT = { ...OPERATOR, agent: 'noor' }

describe('list_tasks', () => {
  it('answers without arguments: open tasks, soonest due first', async () => {
    const { tasks, total, next_cursor, text } = await workspace.call('list_tasks')
    expect(tasks).toHaveLength(20)
    expect(total).toBeGreaterThan(50)
    expect(next_cursor).toBeTypeOf('string')
    expect(tasks.map((task) => task.due)).toEqual(tasks.map((task) => task.due).toSorted())
    expect(tasks.some((task) => ['Done', 'Canceled'].includes(task.status))).toBe(false)
    expect(text.split('\n')[0]).toBe(`${total} tasks, 20 shown here:`)
    for (const task of tasks) expect(text).toContain(`${task.key} [${task.status}]`)
  })

  it('holds every filter it is given', async () => {
    const { tasks } = await workspace.call('list_tasks', { project: 'acme/web', assignee: 'maria-l', limit: 50 })
    expect(tasks.length).toBeGreaterThan(3)
    expect(tasks.every((task) => task.project === 'WEB' && task.assignee === 'maria')).toBe(true)
    const { tasks: mine } = await workspace.call('list_tasks', { assignee: 'me', limit: 50 }, PEOPLE_AGENT)
    expect(new Set(mine.map((task) => task.assignee))).toEqual(new Set(['noor']))
    const { tasks: late } = await workspace.call('list_tasks', { overdue: true })
    expect(late.every((task) => task.overdue && (task.due ?? '') < '2026-03-10')).toBe(true)
    const { tasks: bugs } = await workspace.call('list_tasks', {
      labels: ['Bug', 'checkout'],
      status: 'any',
      priority: 'high',
    })
    expect(bugs.length).toBeGreaterThan(0)
    expect(bugs.every((task) => task.labels.includes('bug') && task.labels.includes('checkout'))).toBe(true)
    const { tasks: march } = await workspace.call('list_tasks', { due_after: '2026-03-10', due_before: '2026-03-20' })
    expect(march.every((task) => (task.due ?? '') >= '2026-03-10' && (task.due ?? '') <= '2026-03-20')).toBe(true)
  })

  it('splits all tasks into open and closed, overdue and not', async () => {
    const total = async (args: object) => (await workspace.call('list_tasks', { limit: 1, ...args })).total
    expect((await total({ status: 'open' })) + (await total({ status: 'closed' }))).toBe(await total({ status: 'any' }))
    expect((await total({ overdue: true })) + (await total({ overdue: false }))).toBe(await total({}))
    expect(await total({ status: 'in_progress' })).toBe(await total({ status: 'In Progress' }))
  })

  it('names what it does not know', async () => {
    expect(await workspace.fail('list_tasks', { project: 'WEBB' })).toMatchObject({
      code: 'not_found',
      field: 'project',
      did_you_mean: 'WEB',
    })
    expect(await workspace.fail('list_tasks', { status: 'in reviw' })).toMatchObject({
      code: 'unknown_status',
      did_you_mean: 'In Review',
    })
    expect(await workspace.fail('list_tasks', { labels: ['bgu'] })).toMatchObject({
      code: 'unknown_label',
      did_you_mean: 'bug',
    })
    expect(await workspace.fail('list_tasks', { assignee: 'daniel' })).toMatchObject({ code: 'ambiguous_person' })
    expect(await workspace.fail('list_tasks', { priority: 'asap' })).toMatchObject({
      code: 'invalid_arguments',
      allowed: ['urgent', 'high', 'medium', 'low', 'none'],
    })
    expect(await workspace.fail('list_tasks', { limit: 51 })).toMatchObject({ field: 'limit' })
  })
})

describe('search_tasks', () => {
  it('finds words in titles first, and by key and reference', async () => {
    const { tasks } = await workspace.call('search_tasks', { query: 'order summary' })
    expect(tasks[0]?.title.toLowerCase()).toContain('order summary')
    expect((await workspace.call('search_tasks', { query: 'web-142' })).tasks.map((task) => task.key)).toEqual([
      'WEB-142',
    ])
    const linked = workspace.db.get<{ key: string; ref: string }>(
      'SELECT t.key, l.ref FROM links l JOIN tasks t ON t.id = l.task_id WHERE ref IS NOT NULL LIMIT 1',
    )
    const { tasks: byRef } = await workspace.call('search_tasks', { query: linked?.ref })
    expect(byRef.map((task) => task.key)).toContain(linked?.key)
  })

  it('finds other forms of a word, and closed tasks too', async () => {
    const { total } = await workspace.call('search_tasks', { query: 'validations errors' })
    const { total: same } = await workspace.call('search_tasks', { query: 'validation error' })
    expect(total).toBe(same)
    const { tasks } = await workspace.call('search_tasks', { query: 'validation error', status: 'closed' })
    expect(tasks.length).toBeGreaterThan(0)
  })

  it('finds what was just written, and no longer what was deleted', async () => {
    const { task } = await workspace.call('create_task', { project: 'WEB', title: 'Quokka parade' })
    await workspace.call('add_comment', { key: task.key, body: 'a numbat came along' })
    const keys = async (query: string) => (await workspace.call('search_tasks', { query })).tasks.map(({ key }) => key)
    expect(await keys('numbat')).toEqual([task.key])
    await workspace.call('update_task', { key: task.key, title: 'Wombat parade' })
    expect(await keys('quokka')).toEqual([])
    const { confirmation_token } = await workspace.fail('delete_task', { key: task.key })
    await workspace.call('delete_task', { key: task.key, confirmation_token })
    expect(await keys('wombat')).toEqual([])
  })
})

describe('pages', () => {
  it.each([
    ['list_tasks', { status: 'any', project: 'API' }],
    ['search_tasks', { query: 'the menu form page', project: 'API' }],
    ['search_tasks', { query: 'form', sort: 'updated' }],
    ['search_tasks', { query: 'form', sort: 'created' }],
    ['search_tasks', { query: 'form', sort: 'due' }],
    ['search_tasks', { query: 'form', sort: 'priority', status: 'any' }],
  ])('of %s %o show each task once while others are created', async (tool, args) => {
    const before = new Set<string>()
    for await (const key of walk(tool, { ...args, limit: 50 })) before.add(key)
    const seen: string[] = []
    for await (const key of walk(tool, { ...args, limit: 7 }, 3)) seen.push(key)
    expect(new Set(seen).size).toBe(seen.length)
    expect([...before].filter((key) => !seen.includes(key))).toEqual([])
  })

  it('have cursors for their caller and their filters alone', async () => {
    const { next_cursor: cursor } = await workspace.call('list_tasks', { limit: 2 })
    const refused = [
      workspace.fail('list_tasks', { limit: 2, cursor }, PEOPLE_AGENT),
      workspace.fail('list_tasks', { limit: 2, cursor }, { ...OPERATOR, user: 'maria' }),
      workspace.fail('list_tasks', { limit: 2, cursor, project: 'WEB' }),
      workspace.fail('search_tasks', { query: 'form', cursor }),
      workspace.fail('list_tasks', { limit: 2, cursor: `${cursor}A` }),
      workspace.fail('list_tasks', { limit: 2, cursor: 'WyJ4Il0' }),
    ]
    for (const error of await Promise.all(refused))
      expect(error).toMatchObject({ code: 'invalid_cursor', field: 'cursor' })
    expect((await workspace.call('list_tasks', { limit: 3, cursor })).tasks).toHaveLength(3)
  })

  it('stay within their size, cut on a row', async () => {
    const labels = Array.from({ length: 10 }, (_, i) => `${'長'.repeat(38)}${i}`)
    for (let i = 0; i < 15; i++)
      await workspace.call('create_task', { project: 'DES', title: `${'ß'.repeat(190)} oversize`, labels })
    const page = await workspace.call('search_tasks', { query: 'oversize', limit: 50 })
    expect(page.truncated).toBe(true)
    expect(page.total).toBe(15)
    expect(Buffer.byteLength(JSON.stringify(page.tasks))).toBeLessThan(16_100)
    const keys: string[] = []
    for await (const key of walk('search_tasks', { query: 'oversize', limit: 50 })) keys.push(key)
    expect(new Set(keys).size).toBe(15)
  })
})

async function* walk(tool: string, args: object, createEvery = 0): AsyncGenerator<string> {
  let cursor: string | undefined
  let pages = 0
  do {
    const page = await workspace.call(tool, { ...args, ...(cursor ? { cursor } : {}) })
    for (const task of page.tasks) yield task.key
    cursor = page.next_cursor
    if (createEvery && pages++ % createEvery === 0)
      await workspace.call('create_task', {
        project: 'API',
        title: `Another form for the menu page ${pages}`,
        due: '2026-01-01',
        priority: 'urgent',
      })
  } while (cursor)
}
