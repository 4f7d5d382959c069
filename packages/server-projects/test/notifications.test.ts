/** Notifications: who is told what, once, and who may read it; overviews that are kept until something is written. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scanDeadlines } from '../src/notices/scan-deadlines.ts'
import { projectsServer } from '../src/projects-server.ts'
import { NOW, OPERATOR, openWorkspace, type Workspace } from './open-workspace.ts'

let workspace: Workspace
beforeAll(() => {
  workspace = openWorkspace()
})
afterAll(() => workspace.remove())

const as = (user: string) => ({ agent: 'helper', user, roles: ['support'], scopes: 'all' as const })
const unreadOf = async (user: string) => {
  const answer = await workspace.call('list_notifications', { limit: 50 }, as(user))
  return answer.notifications as { id: number; kind: string; task: string; detail?: string; actor: string }[]
}
const newTask = async (more: object = {}, caller = OPERATOR) =>
  (await workspace.call('create_task', { project: 'OPS', title: 'Subject', ...more }, caller)).task.key
const about = async (user: string, key: string) => (await unreadOf(user)).filter(({ task }) => task === key)

describe('who is told', () => {
  it('a new assignee, once until they have read it', async () => {
    const key = await newTask()
    for (const assignee of ['hanna', 'none', 'hanna']) await workspace.call('assign_task', { key, assignee })
    expect(await about('hanna', key)).toMatchObject([{ kind: 'assigned', actor: OPERATOR.agent }])
    const id = (await about('hanna', key))[0]?.id
    expect(await workspace.call('mark_notifications_read', { ids: [id] }, as('hanna'))).toMatchObject({ marked: 1 })
    for (const assignee of ['none', 'hanna']) await workspace.call('assign_task', { key, assignee })
    expect(await about('hanna', key)).toHaveLength(1)
  })

  it('assignee and creator of a new state, but not who changed it', async () => {
    const key = await newTask({ assignee: 'noor' }, as('priya'))
    const { notified } = await workspace.call('transition_task', { key, status: 'In Progress' }, as('noor'))
    expect(notified).toEqual(['priya'])
    expect(await about('priya', key)).toMatchObject([{ kind: 'status', actor: 'noor', detail: expect.any(String) }])
    expect((await about('noor', key)).map(({ kind }) => kind)).toEqual(['assigned'])
  })

  it('creators by whatever name they are known, and nobody of a task that was deleted', async () => {
    const key = await newTask({}, as('priya.raman@acme.dev'))
    await workspace.call('transition_task', { key, status: 'In Progress' })
    expect(await about('priya', key)).toHaveLength(1)
    const { unread } = await workspace.call('list_notifications', {}, as('priya'))
    const { confirmation_token } = await workspace.fail('delete_task', { key })
    await workspace.call('delete_task', { key, confirmation_token })
    expect(await about('priya', key)).toEqual([])
    expect((await workspace.call('list_notifications', {}, as('priya'))).unread).toBe(Number(unread) - 1)
  })

  it('the assignee of an open task when its deadline approaches, once for each deadline, whatever restarts', async () => {
    const key = await newTask({ assignee: 'yuki', due: '2026-03-20' })
    const scan = (date: string) => scanDeadlines(workspace.db, { now: new Date(`${date}T08:00:00Z`), days: 2 })
    const due = async () => (await about('yuki', key)).filter(({ kind }) => kind === 'due')
    scan('2026-03-17')
    expect(await due()).toEqual([])
    scan('2026-03-18')
    expect(scan('2026-03-18')).toBe(0)
    expect(await due()).toMatchObject([{ detail: 'due 2026-03-20' }])
    const { id } = (await due())[0] as { id: number }
    await workspace.call('mark_notifications_read', { up_to: id }, as('yuki'))
    const { dir } = workspace
    await workspace.close()
    workspace = openWorkspace(dir)
    scan('2026-03-19')
    expect(await due()).toEqual([])
    await workspace.call('update_task', { key, due: '2026-03-21' })
    scan('2026-03-19')
    expect(await due()).toMatchObject([{ detail: 'due 2026-03-21' }])
  })

  it('nobody of a task that is closed, deleted or has no owner', async () => {
    const keys = [await newTask({ due: '2026-03-12' }), await newTask({ due: '2026-03-12', assignee: 'hanna' })]
    workspace.db.run('UPDATE tasks SET deleted_at = :at WHERE key = :key', {
      at: NOW.toISOString(),
      key: keys[1] ?? '',
    })
    scanDeadlines(workspace.db, { now: NOW, days: 2 })
    const told = workspace.db.all(
      `SELECT 1 FROM notifications n JOIN tasks t ON t.id = n.task_id
       WHERE n.kind = 'due' AND t.key IN (SELECT value FROM json_each(:keys))`,
      { keys: JSON.stringify(keys) },
    )
    expect(told).toEqual([])
  })
})

describe('who may read', () => {
  const read = (handle: string, caller: object) => {
    const resource = projectsServer.resources.find(({ name }) => name === 'notifications')
    return resource?.read({ handle }, workspace.contextOf(caller as typeof OPERATOR)) as { text: string }
  }

  it('the person alone, and administrators', async () => {
    await newTask({ assignee: 'hanna', title: 'For your eyes' })
    expect(read('hanna', as('hanna')).text).toContain("'For your eyes' · assigned to you")
    expect(read('hanna', OPERATOR).text).toContain('For your eyes')
    const forbidden = expect.objectContaining({ shape: expect.objectContaining({ code: 'forbidden' }) })
    for (const caller of [as('noor'), { ...OPERATOR, user: 'noor' }, { ...OPERATOR, roles: ['viewer'] }])
      expect(() => read('hanna', caller)).toThrow(forbidden)
    expect(await workspace.fail('list_notifications', { person: 'hanna' }, as('noor'))).toMatchObject({
      code: 'forbidden',
      field: 'person',
    })
  })

  it('and nobody marks those of another', async () => {
    const key = await newTask({ assignee: 'hanna' })
    const id = (await about('hanna', key))[0]?.id
    expect(await workspace.call('mark_notifications_read', { ids: [id] }, as('noor'))).toMatchObject({ marked: 0 })
    expect(await workspace.fail('mark_notifications_read', {}, as('noor'))).toMatchObject({ code: 'invalid_arguments' })
    expect(await about('hanna', key)).toHaveLength(1)
  })
})

it('pages without gap or repeat while others come', async () => {
  for (let i = 0; i < 7; i++) await newTask({ assignee: 'devon' })
  const all = (await unreadOf('devon')).map(({ id }) => id)
  const seen: number[] = []
  let cursor: string | undefined
  do {
    const page = await workspace.call('list_notifications', { limit: 3, ...(cursor ? { cursor } : {}) }, as('devon'))
    seen.push(...(page.notifications as { id: number }[]).map(({ id }) => id))
    cursor = page.next_cursor
    await newTask({ assignee: 'devon' })
  } while (cursor)
  expect(seen).toEqual(all)
  expect(await workspace.fail('list_notifications', { cursor: 'x' }, as('devon'))).toMatchObject({
    code: 'invalid_cursor',
  })
})

describe('overviews', () => {
  const READER = { ...OPERATOR, scopes: ['projects.read'] }
  const status = async (caller: typeof OPERATOR = READER) => {
    const resource = projectsServer.resources.find(({ name }) => name === 'workspace_status')
    return (await resource?.read({}, workspace.contextOf(caller))) as { text: string; ttlMs: number }
  }

  it('are kept for what is left of five minutes, and not past a write or the day', async () => {
    const first = await status()
    expect(first.ttlMs).toBe(300_000)
    workspace.clock.now = new Date(NOW.getTime() + 240_000)
    expect(await status()).toEqual({ ...first, ttlMs: 60_000 })
    expect(await status(OPERATOR)).toEqual({ ...first, ttlMs: 0 })
    workspace.clock.now = new Date(NOW.getTime() + 300_000)
    expect((await status()).ttlMs).toBe(300_000)
    await newTask()
    const written = await status()
    expect(written.text).not.toBe(first.text)
    workspace.clock.now = new Date('2026-03-10T23:59:00Z')
    expect((await status()).ttlMs).toBe(60_000)
    workspace.clock.now = new Date('2026-03-11T00:00:30Z')
    expect((await status()).text).toContain('2026-03-11')
  })

  it('follow a write of another process at once', async () => {
    workspace.clock.now = NOW
    const before = await status()
    const other = openWorkspace(workspace.dir)
    await other.call('create_task', { project: 'OPS', title: 'From elsewhere' })
    expect((await status()).text).not.toBe(before.text)
    await expect.poll(() => workspace.updated).toContain('project://OPS/status')
    await other.close()
  })
})
