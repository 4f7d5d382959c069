/** The projects domain server behind the gateway, live: forms, sampling, notifications and changes reach agents of both eras, whoever writes. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AnsweringClient, type AnswersOf, connectAnswering } from './support/answering-client.ts'
import { CLIENTS, type ClientKind } from './support/any-client.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'

const PROJECTS = join(import.meta.dirname, '../../../packages/server-projects')
const UPDATED = 'notifications/resources/updated'
let gateway: StoryGateway
const keys = new Map<string, string>()
let replica: { call(name: string, args: object): Promise<void>; stop(): void }

beforeAll(async () => {
  gateway = await startGateway({
    upstreams: { projects: { run: PROJECTS, asks: { sampling: true } } },
    agents: { ops: { roles: ['operator'] }, maria: { roles: ['person'] }, hanna: { roles: ['person'] } },
    rules: [
      { id: 'operators', effect: 'allow', roles: ['operator'], tools: ['*'], prompts: ['*'], resources: ['*'] },
      { id: 'people', effect: 'allow', roles: ['person'], tools: ['effect:read'], resources: ['*'] },
    ],
  })
  for (const agent of ['ops', 'maria', 'hanna']) keys.set(agent, gateway.key(agent))
  await gateway.ready('projects')
  replica = await startReplica()
})
afterAll(async () => {
  replica.stop()
  await gateway.close()
})

const dataDir = () => join(gateway.dir, 'data/upstreams/projects')
const connect = (kind: ClientKind, answers?: AnswersOf, agent = 'ops') =>
  connectAnswering(kind, { url: `${gateway.url}/mcp`, key: keys.get(agent) ?? '' }, answers)
const newTask = async (client: AnsweringClient, more: object = {}): Promise<string> =>
  (await client.call('projects__create_task', { project: 'OPS', title: 'Live', ...more })).task.key

// Another process of the domain server on the same data, as a second replica would be.
async function startReplica() {
  const args = [PROJECTS, '--stdio', '--data', dataDir(), '--role', 'operator']
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'ignore'] })
  const lines = createInterface({ input: child.stdout })
  let id = 0
  const send = async (method: string, params: object) => {
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params })}\n`)
    await once(lines, 'line')
  }
  const clientInfo = { name: 'replica', version: '1' }
  await send('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo })
  return {
    call: (name: string, args: object) => send('tools/call', { name, arguments: args }),
    stop: () => void child.kill(),
  }
}

describe.each(CLIENTS)('%s', (kind) => {
  it('is asked before a task is deleted, and decides', async () => {
    const yes = await connect(kind, { person: { action: 'accept', content: { delete_it: true } } })
    const key = await newTask(yes)
    expect(await yes.call('projects__delete_task', { key })).toMatchObject({ deleted: key })
    expect(yes.asked).toEqual([expect.stringContaining(`Delete ${key}`)])
    await yes.close()
    const no = await connect(kind, { person: { action: 'decline' } })
    const kept = await newTask(no)
    expect(await no.call('projects__delete_task', { key: kept })).toMatchObject({ error: { code: 'declined' } })
    expect(await no.call('projects__get_task_details', { keys: [kept] })).toMatchObject({ tasks: [{ key: kept }] })
    await no.close()
  })

  it('gets a token to confirm with, if it shows no forms', async () => {
    const client = await connect(kind)
    const key = await newTask(client)
    const { error } = await client.call('projects__delete_task', { key })
    expect(error.code).toBe('confirmation_required')
    const confirmed = { key, confirmation_token: error.confirmation_token }
    expect(await client.call('projects__delete_task', confirmed)).toMatchObject({ deleted: key })
    await client.close()
  })

  it('lends its model for a breakdown, for two rounds at most', async () => {
    const draft = JSON.stringify({ tasks: [{ title: 'Measure it', description: 'For a week.' }] })
    const client = await connect(kind, { model: ['Gladly!', draft] })
    const args = { goal: 'A calmer checkout', project: 'WEB' }
    const { by, draft_id: draftId, tasks } = await client.call('projects__generate_task_breakdown', args)
    expect([by, tasks]).toEqual(['sampling', [expect.objectContaining({ title: 'Measure it' })]])
    expect(client.asked).toHaveLength(2)
    const once = { draft_id: draftId, idempotency_key: draftId }
    const created = await client.call('projects__create_tasks', once)
    expect(JSON.stringify(created)).toContain('WEB-')
    expect(await client.call('projects__create_tasks', once)).toEqual({ ...created, replayed: true })
    await client.close()
    const without = await connect(kind)
    expect(await without.call('projects__generate_task_breakdown', args)).toMatchObject({ by: 'template', tasks: [] })
    await without.close()
  })

  it('hears of what others write, through the gateway or in another process, and of new projects', async () => {
    const client = await connect(kind)
    const key = await newTask(client)
    const uris = ['project://OPS/status', 'project://people/yuki/notifications']
    await client.subscribe(uris)
    if (kind !== 'SDK v2, modern')
      await until(() => [...gateway.listening.gateway.streams].some((each) => each.kind === 'events'), 'it listens')
    const other = await connect('SDK v2, modern')
    await other.call('projects__assign_task', { key, assignee: 'yuki' })
    await until(() => uris.every((uri) => client.heard.includes(`${UPDATED} ${uri}`)), 'it heard both')
    client.heard.length = 0
    await replica.call('update_task', { key, title: 'From elsewhere' })
    await until(() => client.heard.includes(`${UPDATED} project://OPS/status`), 'it heard of the other process')
    const projectKey = `NEW${CLIENTS.indexOf(kind)}`
    await replica.call('create_project', { key: projectKey, name: `Project ${projectKey}`, lead: 'maria' })
    await until(() => client.heard.includes('notifications/resources/list_changed'), 'it heard of the list')
    expect(await client.resources()).toContain(`project://${projectKey}/status`)
    await other.close()
    await client.close()
  })
})

it('shows notifications to the person alone, by tool and by resource', async () => {
  const [ops, maria, hanna] = await Promise.all([
    connect('SDK v2, modern'),
    connect('SDK v1', undefined, 'maria'),
    connect('SDK v2, modern', undefined, 'hanna'),
  ])
  const key = await newTask(ops, { assignee: 'maria' })
  const uri = 'project://people/maria/notifications'
  expect((await maria.read(uri)).text).toContain(`${key} 'Live' · assigned to you`)
  expect((await maria.call('projects__list_notifications', {})).notifications[0]).toMatchObject({ task: key })
  expect((await ops.read(uri)).text).toContain(key)
  await expect(hanna.read(uri)).rejects.toThrow(/Only maria may read/)
  for (const client of [ops, maria, hanna]) await client.close()
})

it('says honestly how long what is read may be kept', async () => {
  const [writer, reader] = [await connect('SDK v2, modern'), await connect('SDK v2, modern', undefined, 'maria')]
  const { ttlMs } = await reader.read('project://OPS/status')
  expect(ttlMs).toBeGreaterThan(0)
  expect(ttlMs).toBeLessThanOrEqual(300_000)
  expect((await reader.read('project://people/maria/notifications')).ttlMs).toBe(0)
  // The SDK keeps what it may keep, so a writer that may keep nothing sees its own task.
  const before = await writer.read('project://OPS/status')
  const key = await newTask(writer)
  expect(before.ttlMs).toBe(0)
  expect((await writer.read('project://OPS/status')).text).toContain(key)
  await reader.close()
  await writer.close()
})
