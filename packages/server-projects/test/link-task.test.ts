/** Links and relations: by any spelling, once, from either end, never in a circle. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWorkspace, type Workspace } from './open-workspace.ts'

let workspace: Workspace
beforeAll(() => {
  workspace = openWorkspace()
})
afterAll(() => workspace.remove())

const newTask = async (more: object = {}) =>
  (await workspace.call('create_task', { project: 'SEC', title: 'Subject', ...more })).task.key

async function related(key: string) {
  const { tasks } = await workspace.call('get_task_details', { keys: [key], sections: ['relations'] })
  return ((tasks[0]?.relations ?? []) as { relation: string; key: string }[]).map(
    (each) => `${each.relation} ${each.key}`,
  )
}

describe('links', () => {
  it('are added and taken away, once each, and recorded', async () => {
    const key = await newTask()
    const link = { key, ref: 'acme/api#77', title: 'Issue' }
    expect((await workspace.call('link_task', link)).changed).toEqual(['links'])
    expect((await workspace.call('link_task', { ...link, ref: 'gh:acme/api#77' })).changed).toEqual([])
    expect((await workspace.call('link_task', { key, ref: 'acme/api#77', remove: true })).task.version).toBe(3)
    const { tasks } = await workspace.call('get_task_details', { keys: [key], sections: ['links', 'activity'] })
    expect(tasks[0]?.links).toEqual([])
    expect(((tasks[0]?.activity ?? []) as { what: string }[]).map(({ what }) => what)).toEqual([
      'created the task',
      'linked gh:acme/api#77',
      'unlinked gh:acme/api#77',
    ])
  })

  it('to what another task of the project links are a possible duplicate, unless wanted', async () => {
    const first = await newTask({ links: [{ ref: 'gh:acme/web#9001' }] })
    const key = await newTask()
    const refused = { code: 'possible_duplicate', existing_key: first }
    const url = 'https://github.com/acme/web/issues/9001'
    expect(await workspace.fail('link_task', { key, url })).toMatchObject(refused)
    expect(await workspace.fail('update_task', { key, add_links: [{ url }] })).toMatchObject(refused)
    expect((await workspace.call('link_task', { key, url, allow_duplicate: true })).changed).toEqual(['links'])
    const again = { key: first, ref: 'gh:acme/web#9001', allow_duplicate: true }
    expect((await workspace.call('link_task', again)).changed).toEqual([])
  })
})

describe('relations', () => {
  it('are the same from either end', async () => {
    const [a, b] = [await newTask(), await newTask()]
    await workspace.call('link_task', { key: a, relation: 'blocked_by', task: b })
    expect([await related(a), await related(b)]).toEqual([[`blocked_by ${b}`], [`blocks ${a}`]])
    expect((await workspace.call('link_task', { key: b, relation: 'blocks', task: a })).changed).toEqual([])
    const { tasks } = await workspace.call('list_tasks', { blocked: true, project: 'SEC', limit: 50 })
    expect(tasks.map(({ key }) => key)).toContain(a)
    await workspace.call('transition_task', { key: b, status: 'Canceled' })
    const after = await workspace.call('list_tasks', { blocked: true, project: 'SEC', limit: 50 })
    expect(after.tasks.map(({ key }) => key)).not.toContain(a)
    await workspace.call('link_task', { key: b, relation: 'blocks', task: a, remove: true })
    expect(await related(a)).toEqual([])
    await workspace.call('link_task', { key: b, relation: 'relates_to', task: a })
    expect((await workspace.call('link_task', { key: a, relation: 'relates_to', task: b })).changed).toEqual([])
  })

  it.each(['blocks', 'parent_of', 'duplicates'])('of the kind %s close no circle', async (relation) => {
    const [a, b, c] = [await newTask(), await newTask(), await newTask()]
    await workspace.call('link_task', { key: a, relation, task: b })
    await workspace.call('link_task', { key: b, relation, task: c })
    expect(await workspace.fail('link_task', { key: c, relation, task: a })).toMatchObject({
      code: 'relation_cycle',
      path: [c, a, b, c],
      message: expect.stringContaining(`${c} → ${a} → ${b} → ${c}`),
    })
    expect(await workspace.fail('link_task', { key: a, relation, task: a })).toMatchObject({ code: 'relation_cycle' })
  })

  it('give a task one parent', async () => {
    const [parent, other] = [await newTask(), await newTask()]
    const child = await newTask()
    await workspace.call('link_task', { key: child, relation: 'child_of', task: parent })
    expect(await workspace.fail('link_task', { key: other, relation: 'parent_of', task: child })).toMatchObject({
      code: 'has_parent',
      current_parent: parent,
    })
  })
})

it.each([
  [{}, 'url'],
  [{ relation: 'blocks' }, 'task'],
  [{ task: 'SEC-1' }, 'relation'],
  [{ title: 'only a title' }, 'url'],
  [{ relation: 'blocks', task: 'SEC-99999' }, 'task'],
  [{ url: 'ftp://x' }, 'link.url'],
  [{ relation: 'eats', task: 'SEC-1' }, 'relation'],
])('refuses %o and names the argument', async (args, field) => {
  expect(await workspace.fail('link_task', { key: 'SEC-2', ...args })).toMatchObject({ field })
})
