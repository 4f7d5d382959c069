/** Creating tasks: whole or not at all, once per key, once per linked issue. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OPERATOR, openWorkspace, type Workspace } from './open-workspace.ts'

let workspace: Workspace
beforeAll(() => {
  workspace = openWorkspace()
})
afterAll(() => workspace.remove())

const count = (sql: string) => workspace.db.get<{ n: number }>(`SELECT count(*) AS n FROM ${sql}`)?.n ?? -1

describe('the checkout story', () => {
  const args = {
    project: 'acme/web',
    title: 'Checkout fails with 500 when coupon is applied twice',
    description: 'From the issue.',
    assignee: '@maria-l',
    priority: 'urgent',
    labels: ['bug', 'Checkout'],
    due: '2026-03-17',
    links: [
      { ref: 'gh:acme/web#456', title: 'Issue' },
      { url: 'https://docs.acme.dev/checkout', title: 'Docs' },
    ],
    idempotency_key: 'issue-456',
  }

  it('creates, assigns, links and notifies in one call', async () => {
    workspace.updated.length = 0
    const { task, notified, text } = await workspace.call('create_and_assign_task', args)
    expect(task).toMatchObject({
      key: 'WEB-421',
      status: 'Backlog',
      priority: 'urgent',
      assignee: 'maria',
      labels: ['bug', 'checkout'],
      due: '2026-03-17',
      version: 1,
    })
    expect(notified).toEqual(['maria'])
    expect(text).toMatch(/^Created WEB-421, assigned to Maria Lindqvist \(maria\), maria notified\./)
    expect(workspace.updated.sort()).toEqual([
      'project://WEB/board',
      'project://WEB/status',
      'project://people/maria/notifications',
      'project://recent-activity',
      'project://status',
      'project://task/WEB-421',
      'project://team-workload',
    ])
    const { tasks } = await workspace.call('get_task_details', { keys: ['web-421'], sections: ['links', 'activity'] })
    expect(tasks[0]?.links).toEqual([
      { ref: 'gh:acme/web#456', title: 'Issue' },
      { url: 'https://docs.acme.dev/checkout', title: 'Docs' },
    ])
    expect(tasks[0]?.activity).toEqual(Array(4).fill(expect.objectContaining({ actor: OPERATOR.agent })))
  })

  it('answers a repeated call from its record', async () => {
    workspace.updated.length = 0
    const { task, replayed, text } = await workspace.call('create_and_assign_task', args)
    expect([task.key, replayed]).toEqual(['WEB-421', true])
    expect(text).toMatch(/^Replayed/)
    expect(workspace.updated).toEqual([])
    expect(
      count("notifications n JOIN users u ON u.id = n.user_id WHERE u.handle = 'maria' AND n.kind = 'assigned'"),
    ).toBe(1)
  })

  it('refuses the key with other arguments, and leaves it to other callers', async () => {
    const other = { ...args, title: 'Something else' }
    expect(await workspace.fail('create_and_assign_task', other)).toMatchObject({ code: 'idempotency_conflict' })
    const theirs = { ...other, links: [] }
    const { task } = await workspace.call('create_and_assign_task', theirs, { ...OPERATOR, agent: 'support-bot' })
    expect(task.key).toBe('WEB-422')
  })

  it('refuses a second task for the issue, however it is written', async () => {
    for (const link of [{ ref: 'acme/web#456' }, { url: 'https://github.com/acme/web/issues/456' }])
      expect(await workspace.fail('create_task', { project: 'WEB', title: 'Again', links: [link] })).toMatchObject({
        code: 'possible_duplicate',
        existing_key: 'WEB-421',
      })
    const links = [{ ref: 'gh:acme/web#456' }]
    expect((await workspace.call('create_task', { project: 'API', title: 'Behind it', links })).task.key).toBe(
      'API-341',
    )
    const allowed = { project: 'WEB', title: 'On purpose', links, allow_duplicate: true }
    expect((await workspace.call('create_task', allowed)).task.key).toBe('WEB-423')
  })
})

it('happens whole or not at all', async () => {
  const before = ['tasks', 'activity', 'links', 'labels', 'notifications'].map(count)
  const bad = { project: 'MOB', title: 'Half', labels: ['brand-new'], links: [{ url: 'https://a.dev' }, {}] }
  expect(await workspace.fail('create_task', bad)).toMatchObject({ code: 'invalid_arguments', field: 'links.1' })
  expect(await workspace.fail('create_and_assign_task', { ...bad, links: [], assignee: 'daniel' })).toMatchObject({
    code: 'ambiguous_person',
    candidates: [{ handle: 'dokafor' }, { handle: 'dreyes' }],
  })
  expect(await workspace.fail('create_task', { project: 'XYZW', title: 'x' })).toMatchObject({ code: 'not_found' })
  expect(['tasks', 'activity', 'links', 'labels', 'notifications'].map(count)).toEqual(before)
  expect((await workspace.call('create_task', { project: 'MOB', title: 'Whole' })).task.key).toBe('MOB-251')
})

it.each([
  [{ project: 'WEB' }, 'title'],
  [{ project: 'WEB', title: '\u200B\u200B' }, 'title'],
  [{ project: 'WEB', title: 'x'.repeat(201) }, 'title'],
  [{ project: 'WEB', title: 'x', priority: 'ASAP' }, 'priority'],
  [{ project: 'WEB', title: 'x', due: 'tomorrow' }, 'due'],
  [{ project: 'WEB', title: 'x', labels: 'bug' }, 'labels'],
  [{ project: 'WEB', title: 'x', description: 'd'.repeat(8001) }, 'description'],
  [{ project: 'WEB', title: 'x', asignee: 'maria' }, 'asignee'],
])('refuses %o and names the argument', async (args, field) => {
  expect(await workspace.fail('create_task', args)).toMatchObject({ code: 'invalid_arguments', field })
})

it('keeps text to the byte, and refuses what it cannot keep', async () => {
  const title = "  Robert'); DROP TABLE tasks;--  <b>& "
  const description = 'a\r\n\tb 👩‍💻 </untrusted>\n'
  const { task } = await workspace.call('create_task', { project: 'SEC', title, description })
  expect(task.title).toBe(title)
  const { tasks, text } = await workspace.call('get_task_details', { keys: [task.key] })
  expect(tasks[0]).toMatchObject({ title, description, untrusted: true })
  expect(text).toContain(`<untrusted source="${task.key} description">`)
  expect(text.match(/<\/untrusted>/g)).toHaveLength(1)
  expect(await workspace.fail('create_task', { project: 'SEC', title: 'a\u200Bb' })).toMatchObject({
    code: 'invalid_arguments',
    field: 'title',
    message: expect.stringContaining('U+200B at 1'),
  })
})

it('notifies no one of what they assigned to themselves', async () => {
  const args = { project: 'WEB', title: 'Mine', assignee: 'me' }
  const { task, notified } = await workspace.call('create_and_assign_task', args, { ...OPERATOR, user: 'devon' })
  expect([task.assignee, notified]).toEqual(['devon', []])
})
