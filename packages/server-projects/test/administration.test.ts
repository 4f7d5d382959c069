/** Administration: projects made and changed, and deleted tasks brought back. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NOW, OPERATOR, openWorkspace, type Workspace } from './open-workspace.ts'

let workspace: Workspace
beforeAll(() => {
  workspace = openWorkspace()
})
afterAll(() => workspace.remove())

describe('create_project', () => {
  const args = { key: 'labs', name: 'Research Labs', lead: 'Wei Zhang', members: ['lucia'], repository: 'acme/labs' }

  it('makes one that takes tasks at once, once per key', async () => {
    const { project } = await workspace.call('create_project', { ...args, idempotency_key: 'labs' })
    expect(project).toMatchObject({ key: 'LABS', lead: 'wei', members: ['lucia', 'wei'], version: 1 })
    expect((await workspace.call('create_project', { ...args, idempotency_key: 'labs' })).replayed).toBe(true)
    const { task } = await workspace.call('create_task', { project: 'acme/labs', title: 'First' })
    expect(task).toMatchObject({ key: 'LABS-1', status: 'Backlog' })
    expect(((await workspace.call('get_activity', { project: 'LABS' })).activity as unknown[]).at(-1)).toMatchObject({
      key: 'LABS',
      actor: OPERATOR.agent,
      what: 'created the project',
    })
  })

  it('takes states of its own', async () => {
    const states = [
      { name: 'Idea', category: 'backlog', next: ['Build'] },
      { name: 'Build', category: 'in_progress', next: ['shipped', 'Idea'] },
      { name: 'Shipped', category: 'done' },
    ]
    await workspace.call('create_project', { key: 'OWN', name: 'Own Way', lead: 'ben', states })
    const { task } = await workspace.call('create_task', { project: 'OWN', title: 'Walks' })
    expect(await workspace.fail('transition_task', { key: task.key, status: 'Shipped' })).toMatchObject({
      code: 'transition_not_allowed',
      allowed: ['Build'],
    })
    for (const status of ['Build', 'Shipped', 'Idea'])
      await workspace.call('transition_task', { key: task.key, status })
    for (const bad of [
      states.slice(0, 2),
      [...states, { name: 'shipped', category: 'done' }],
      [
        { name: 'A', category: 'todo', next: ['B'] },
        { name: 'C', category: 'done' },
      ],
    ])
      expect(
        await workspace.fail('create_project', { key: 'BAD', name: 'Bad', lead: 'ben', states: bad }),
      ).toMatchObject({ code: 'invalid_arguments', field: 'states' })
  })

  it.each([
    [{ key: 'WEB' }, 'already_exists', 'key'],
    [{ name: 'web storefront' }, 'already_exists', 'name'],
    [{ repository: 'ACME/web' }, 'already_exists', 'repository'],
    [{ key: 'a b' }, 'invalid_arguments', 'key'],
    [{ lead: 'nobody-here' }, 'unknown_person', 'lead'],
    [{ members: ['maria', 'daniel'] }, 'ambiguous_person', 'members.1'],
  ])('refuses %o', async (wrong, code, field) => {
    const fresh = { key: 'NEWP', name: 'New One', lead: 'ben', repository: 'acme/new' }
    expect(await workspace.fail('create_project', { ...fresh, ...wrong })).toMatchObject({ code, field })
    expect(workspace.db.get("SELECT 1 FROM projects WHERE key = 'NEWP'")).toBeUndefined()
  })
})

describe('update_project', () => {
  it('changes facts, members and milestones, each recorded', async () => {
    const { project, changed } = await workspace.call('update_project', {
      project: 'des',
      description: 'New words',
      lead: 'amara',
      repository: 'acme/design',
      add_members: ['ben', 'Rachel Stein'],
      milestones: [{ name: 'Rebrand', due: '2026-06-01' }],
      expected_version: 1,
    })
    expect(changed).toEqual(['description', 'repository', 'lead', 'members', 'milestone'])
    expect(project).toMatchObject({ lead: 'amara', repository: 'acme/design', version: 2 })
    const { task } = await workspace.call('create_task', { project: 'acme/design', title: 'Logo' })
    await workspace.call('update_task', { key: task.key, milestone: 'rebrand' })
    const again = await workspace.call('update_project', {
      project: 'DES',
      milestones: [{ name: 'rebrand', reached_on: '2026-05-30' }],
      remove_members: ['ben'],
    })
    expect(again.project).toMatchObject({
      milestones: expect.arrayContaining([
        { name: 'Rebrand', due: '2026-06-01', reached_on: '2026-05-30', version: 2, tasks: 1, done: 0 },
      ]),
    })
    expect((again.project as { members: string[] }).members).not.toContain('ben')
    const same = await workspace.call('update_project', { project: 'DES', lead: 'amara' })
    expect([same.changed, (same.project as { version: number }).version]).toEqual([[], 3])
  })

  it('archives: no new tasks, still readable, and back again', async () => {
    await workspace.call('update_project', { project: 'DATA', archived: true })
    expect(await workspace.fail('create_task', { project: 'DATA', title: 'No' })).toMatchObject({
      code: 'project_archived',
    })
    const keys = async (args: object) =>
      ((await workspace.call('list_projects', args)).projects as { key: string }[]).map(({ key }) => key)
    expect(await keys({})).not.toContain('DATA')
    expect(await keys({ archived: true })).toContain('DATA')
    expect((await workspace.call('get_task_details', { keys: ['DATA-1'] })).tasks).toHaveLength(1)
    await workspace.call('update_project', { project: 'DATA', archived: false })
    expect(await keys({})).toContain('DATA')
  })

  it.each([
    [{}, 'invalid_arguments', undefined],
    [{ name: 'Web Storefront' }, 'already_exists', 'name'],
    [{ name: 'x', expected_version: 99 }, 'version_conflict', 'expected_version'],
    [{ remove_members: ['samir'] }, 'invalid_arguments', 'remove_members'],
    [{ milestones: [{ name: 'M', due: 'soon' }] }, 'invalid_arguments', 'milestones.0.due'],
  ])('refuses %o', async (args, code, field) => {
    expect(await workspace.fail('update_project', { project: 'SEC', ...args })).toMatchObject({
      code,
      ...(field ? { field } : {}),
    })
  })
})

describe('restore_task', () => {
  const remove = async (key: string) => {
    const { confirmation_token } = await workspace.fail('delete_task', { key })
    await workspace.call('delete_task', { key, confirmation_token })
  }

  it('brings a task back as it was, found and recorded', async () => {
    const { task } = await workspace.call('create_task', { project: 'WEB', title: 'Axolotl', labels: ['pond'] })
    await workspace.call('add_comment', { key: task.key, body: 'It swims' })
    await remove(task.key)
    expect(await workspace.fail('get_task_details', { keys: [task.key] })).toMatchObject({ code: 'not_found' })
    const { activity } = await workspace.call('get_activity', { key: task.key })
    expect((activity as { what: string }[])[0]?.what).toBe('deleted the task')
    const { task: back, restored } = await workspace.call('restore_task', { key: task.key.toLowerCase() })
    expect([restored, back.labels, back.version]).toEqual([true, ['pond'], 3])
    expect((await workspace.call('search_tasks', { query: 'axolotl swims' })).total).toBe(1)
    expect((await workspace.call('restore_task', { key: task.key })).restored).toBe(false)
  })

  it('does so for thirty days', async () => {
    const { task } = await workspace.call('create_task', { project: 'WEB', title: 'Old' })
    await remove(task.key)
    workspace.clock.now = new Date(NOW.getTime() + 31 * 86_400_000)
    expect(await workspace.fail('restore_task', { key: task.key })).toMatchObject({ code: 'restore_expired' })
    workspace.clock.now = new Date(NOW.getTime() + 29 * 86_400_000)
    expect((await workspace.call('restore_task', { key: task.key })).restored).toBe(true)
    workspace.clock.now = NOW
    expect(await workspace.fail('restore_task', { key: 'WEB-99999' })).toMatchObject({ code: 'not_found' })
  })
})
