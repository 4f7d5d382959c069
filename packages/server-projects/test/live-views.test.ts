/** Resources, prompts and completion through a real client, and what survives a kill. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, expect, it } from 'vitest'

const dir = mkdtempSync(join(tmpdir(), 'causeway-projects-'))
const updated: string[] = []
let client: Client
let pid: number

beforeAll(async () => {
  await connect()
})
afterAll(async () => {
  await client.close()
  rmSync(dir, { recursive: true, force: true })
})

async function connect(): Promise<void> {
  const main = join(import.meta.dirname, '../src/main.ts')
  const args = [main, '--stdio', '--data', dir, '--role', 'operator']
  const transport = new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore' })
  client = new Client({ name: 'live-views', version: '1' }, { versionNegotiation: { mode: 'legacy' } })
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void updated.push(params.uri))
  await client.connect(transport)
  pid = transport.pid as number
}

const read = async (uri: string) => ((await client.readResource({ uri })).contents[0] as { text: string }).text

async function callTool(name: string, args: Record<string, unknown>): Promise<{ task: { key: string } }> {
  const result = await client.callTool({ name, arguments: args })
  expect(result.isError, JSON.stringify(result.content)).toBeFalsy()
  return result.structuredContent as { task: { key: string } }
}

it('shows a write at once in the resources it touched, and tells so', async () => {
  const before = await read('project://WEB/status')
  for (const uri of ['project://WEB/status', 'project://people/yuki/notifications'])
    await client.subscribeResource({ uri })
  const args = { project: 'WEB', title: 'Seen at once', assignee: 'yuki', priority: 'urgent', due: '2020-01-01' }
  const { task } = await callTool('create_and_assign_task', args)
  expect(before).not.toContain(task.key)
  expect(await read('project://WEB/status')).toContain(`- ${task.key} [Backlog] urgent · yuki · due 2020-01-01 OVERDUE`)
  const recent = (await read('project://recent-activity')).split('\n').filter((line) => line.startsWith('- '))
  expect(recent).toHaveLength(20)
  expect(recent[0]).toContain(`local · ${task.key}: assignee: none → yuki`)
  await expect.poll(() => updated).toContain('project://WEB/status')
  expect([...new Set(updated)].sort()).toEqual(['project://WEB/status', 'project://people/yuki/notifications'])
})

it('completes keys and refuses unknown ones', async () => {
  const complete = async (uri: string, name: string, value: string) =>
    (await client.complete({ ref: { type: 'ref/resource', uri }, argument: { name, value } })).completion.values
  for (const uri of ['project://{project}/status', 'project://{project}/board']) {
    expect(await complete(uri, 'project', 'd')).toEqual(['DATA', 'DES'])
    expect(await complete(uri, 'project', '')).toContain('WEB')
  }
  const keys = await complete('project://task/{key}', 'key', 'web-14')
  expect(keys).toContain('WEB-142')
  expect(keys.every((key) => key.startsWith('WEB-14'))).toBe(true)
  await expect(client.readResource({ uri: 'project://WEBB/status' })).rejects.toThrow(/Did you mean WEB/)
  await expect(client.readResource({ uri: 'project://task/WEB-99999' })).rejects.toThrow(/No task WEB-99999/)
})

it('tells every resource to people and to programs alike', async () => {
  const uris = ['status', 'team-workload', 'recent-activity', 'WEB/status', 'WEB/board', 'task/WEB-142']
  const data: Record<string, Record<string, unknown>> = {}
  for (const uri of uris.map((path) => `project://${path}`)) {
    const { contents } = await client.readResource({ uri })
    expect(
      contents.map(({ mimeType }) => mimeType),
      uri,
    ).toEqual(['text/markdown', 'application/json'])
    data[uri] = JSON.parse((contents[1] as { text: string }).text)
  }
  expect(data['project://recent-activity']?.activity).toHaveLength(20)
  const columns = data['project://WEB/board']?.columns as { state: string; total: number; tasks: { key: string }[] }[]
  expect(columns.map(({ state }) => state)).toEqual(['Backlog', 'Todo', 'In Progress', 'In Review', 'Done', 'Canceled'])
  const states = data['project://WEB/status']?.states as { name: string; tasks: number }[]
  expect(columns.map(({ total }) => total)).toEqual(states.map(({ tasks }) => tasks))
  for (const { tasks, state } of columns)
    for (const { key } of tasks) expect(await read('project://WEB/board'), state).toContain(`- ${key} [${state}]`)
  expect(data['project://task/WEB-142']).toMatchObject({ key: 'WEB-142', untrusted: true })
  expect(await read('project://task/WEB-142')).toContain('<untrusted source="WEB-142 description">')
})

it('embeds the live resource in its prompts and names only tools that exist', async () => {
  const tools = (await client.listTools()).tools.map((tool) => tool.name)
  for (const [name, args] of [
    ['sprint_planning', { project: 'WEB' }],
    ['status_report', { project: 'WEB' }],
    ['task_breakdown', { goal: 'WEB-142' }],
  ] as const) {
    const { messages } = await client.getPrompt({ name, arguments: args })
    const text = messages.map(({ content }) => (content.type === 'text' ? content.text : '')).join('')
    // Arguments are named too, but a tool's name begins with what it does.
    const verbs = '(?:add|assign|bulk|close|create|find|generate|get|link|list|plan|search|transition|update)'
    const named = [...text.matchAll(new RegExp(`\\b${verbs}(?:_[a-z]+)+\\b`, 'g'))].map(([word]) => word)
    expect(named.length, name).toBeGreaterThan(2)
    expect(
      named.filter((word) => !tools.includes(word)),
      name,
    ).toEqual([])
    expect(
      messages.some(({ content }) => content.type === 'resource' && content.resource.uri === 'project://WEB/status'),
    ).toBe(true)
  }
})

it('keeps what it acknowledged when it is killed', async () => {
  const { task } = await callTool('create_task', { project: 'OPS', title: 'Survives', idempotency_key: 'kill' })
  process.kill(pid, 'SIGKILL')
  await client.close()
  await connect()
  const again = await callTool('create_task', { project: 'OPS', title: 'Survives', idempotency_key: 'kill' })
  expect(again).toMatchObject({ task: { key: task.key }, replayed: true })
})
