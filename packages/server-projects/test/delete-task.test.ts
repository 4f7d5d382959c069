/** Deleting: two steps, one caller, one version, one use. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { NOW, OPERATOR, openWorkspace, type Workspace } from './open-workspace.ts'

let workspace: Workspace
beforeAll(() => {
  workspace = openWorkspace()
})
afterAll(() => workspace.remove())

const newKey = async () => (await workspace.call('create_task', { project: 'OPS', title: 'By mistake' })).task.key
const askFor = async (key: string) => (await workspace.fail('delete_task', { key })).confirmation_token as string

it('deletes nothing before it is confirmed, and softly then', async () => {
  const key = await newKey()
  const asked = await workspace.fail('delete_task', { key })
  expect(asked).toMatchObject({ code: 'confirmation_required', task: { key, title: 'By mistake' } })
  await workspace.call('get_task_details', { keys: [key] })
  const args = { key: key.toLowerCase(), confirmation_token: asked.confirmation_token }
  expect(await workspace.call('delete_task', args)).toMatchObject({ deleted: key, deleted_at: NOW.toISOString() })
  expect((await workspace.fail('get_task_details', { keys: [key] })).message).toContain(
    `${key} was deleted on 2026-03-10`,
  )
  expect(workspace.db.all('SELECT title FROM tasks WHERE key = :key', { key })).toHaveLength(1)
  expect(await newKey()).not.toBe(key)
})

it('spends a token once, whatever restarts', async () => {
  const [key, other] = [await newKey(), await newKey()]
  const token = await askFor(key)
  expect(await workspace.fail('delete_task', { key: other, confirmation_token: token })).toMatchObject({
    code: 'confirmation_invalid',
  })
  await workspace.call('delete_task', { key, confirmation_token: token })
  const { dir } = workspace
  await workspace.close()
  workspace = openWorkspace(dir)
  expect(await workspace.fail('delete_task', { key, confirmation_token: token })).toMatchObject({
    code: 'confirmation_spent',
  })
})

it('honors no token of another caller, of another version, or of long ago', async () => {
  const key = await newKey()
  const token = await askFor(key)
  const args = { key, confirmation_token: token }
  for (const caller of [
    { ...OPERATOR, agent: 'other' },
    { ...OPERATOR, user: 'maria' },
  ])
    expect(await workspace.fail('delete_task', args, caller)).toMatchObject({ code: 'confirmation_invalid' })
  await workspace.call('update_task', { key, title: 'Not by mistake' })
  expect(await workspace.fail('delete_task', args)).toMatchObject({ code: 'version_conflict' })
  const late = await askFor(key)
  workspace.clock.now = new Date(NOW.getTime() + 10 * 60_000)
  expect(await workspace.fail('delete_task', { key, confirmation_token: late })).toMatchObject({
    code: 'confirmation_expired',
  })
  await workspace.call('get_task_details', { keys: [key] })
})

it('needs its own scope', async () => {
  const writer = { ...OPERATOR, scopes: ['projects.read', 'projects.write'] }
  expect(await workspace.fail('delete_task', { key: 'WEB-1' }, writer)).toMatchObject({ code: 'forbidden' })
  const reader = { ...OPERATOR, scopes: ['projects.read'] }
  expect(await workspace.fail('create_task', { project: 'WEB', title: 'x' }, reader)).toMatchObject({
    code: 'forbidden',
  })
  await workspace.call('list_tasks', {}, reader)
})

it('forgets a spent token when it could not be spent again anyway', async () => {
  const spent = () => workspace.db.all('SELECT id FROM spent_confirmations')
  for (const minutes of [100, 200, 300]) {
    workspace.clock.now = new Date(NOW.getTime() + minutes * 60_000)
    const key = await newKey()
    await workspace.call('delete_task', { key, confirmation_token: await askFor(key) })
  }
  expect(spent()).toHaveLength(1)
})
