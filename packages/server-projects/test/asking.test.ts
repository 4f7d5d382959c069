/** Asking before deleting, and drafting by whatever model there is, with real clients of both eras over stdio and HTTP. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startHttp } from '@causeway/shared-contracts/start-http'
import { Client, type ClientCapabilities, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

const SECRET = 'a-secret-of-the-endpoint'
const main = join(import.meta.dirname, '../src/main.ts')
const dir = mkdtempSync(join(tmpdir(), 'causeway-asking-'))
const endpoint = { answers: [] as string[], status: 200, seen: [] as { authorization: string; body: string }[] }
let model: Server
let http: Awaited<ReturnType<typeof startHttp>>
let env: Record<string, string>

beforeAll(async () => {
  model = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    endpoint.seen.push({ authorization: String(request.headers.authorization), body: Buffer.concat(chunks).toString() })
    response.writeHead(endpoint.status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ choices: [{ message: { content: endpoint.answers.shift() ?? 'no' } }] }))
  })
  await new Promise<void>((resolve) => model.listen(0, '127.0.0.1', resolve))
  const { port } = model.address() as AddressInfo
  env = {
    CAUSEWAY_PROJECTS_MODEL_URL: `http://127.0.0.1:${port}/v1/chat/completions`,
    CAUSEWAY_PROJECTS_MODEL_KEY: SECRET,
    CAUSEWAY_PROJECTS_MODEL_NAME: 'small',
  }
  http = await startHttp({ main, env }, dir)
})
afterAll(async () => {
  await http.stop()
  model.close()
  rmSync(dir, { recursive: true, force: true })
})

const DRAFT = JSON.stringify({
  tasks: [
    { title: 'Measure the checkout', description: 'Numbers of a week.', priority: 'high', labels: ['checkout'] },
    { title: 'Shorten the form', description: 'Three fields.' },
  ],
})
type Person = { action: 'accept' | 'decline' | 'cancel'; content?: Record<string, boolean> }
type Cell = { era: 'modern' | 'legacy'; over: 'http' | 'stdio' }
const ASKABLE = [
  { era: 'modern', over: 'http' },
  { era: 'modern', over: 'stdio' },
  { era: 'legacy', over: 'stdio' },
] as const

async function connect(cell: Cell, capabilities: ClientCapabilities = {}) {
  const mode = cell.era === 'modern' ? { pin: '2026-07-28' } : ('legacy' as const)
  const client = new Client({ name: 'asked', version: '1' }, { capabilities, versionNegotiation: { mode } })
  const asked: string[] = []
  const answers: { person: Person; model: string[] } = { person: { action: 'cancel' }, model: [] }
  if (capabilities.elicitation)
    client.setRequestHandler('elicitation/create', ({ params }) => {
      asked.push(params.message)
      return answers.person
    })
  if (capabilities.sampling)
    client.setRequestHandler('sampling/createMessage', ({ params }) => {
      asked.push(JSON.stringify(params))
      return { role: 'assistant', model: 'm', content: { type: 'text', text: answers.model.shift() ?? 'no' } }
    })
  const args = [main, '--stdio', '--data', dir, '--role', 'operator']
  const childEnv = { ...(process.env as Record<string, string>), ...env }
  await client.connect(
    cell.over === 'stdio'
      ? new StdioClientTransport({ command: process.execPath, args, env: childEnv, stderr: 'ignore' })
      : new StreamableHTTPClientTransport(new URL(http.url)),
  )
  const call = async (name: string, args: Record<string, unknown>) => {
    const { content, structuredContent, isError } = await client.callTool({ name, arguments: args })
    // biome-ignore lint/suspicious/noExplicitAny: each tool answers in its own shape
    return { text: JSON.stringify(content), isError: isError === true, data: structuredContent as any }
  }
  const newKey = async () =>
    (await call('create_task', { project: 'OPS', title: 'By mistake' })).data.task.key as string
  const isThere = async (key: string) => !(await call('get_task_details', { keys: [key] })).isError
  const canSubscribe = client.getServerCapabilities()?.resources?.subscribe === true
  return { call, asked, answers, newKey, isThere, canSubscribe, close: () => client.close() }
}

describe.each(ASKABLE)('$era over $over', (cell) => {
  let client: Awaited<ReturnType<typeof connect>>
  beforeAll(async () => {
    client = await connect(cell, { elicitation: {}, sampling: {} })
  })
  afterAll(() => client.close())
  beforeEach(() => {
    client.asked.length = 0
  })

  it('asks a person before it deletes, and does what they say', async () => {
    client.answers.person = { action: 'accept', content: { delete_it: true } }
    const key = await client.newKey()
    expect((await client.call('delete_task', { key })).data).toMatchObject({ deleted: key })
    expect(client.asked).toEqual([expect.stringContaining(`Delete ${key}`)])
    expect(await client.isThere(key)).toBe(false)
  })

  it.each([{ action: 'decline' }, { action: 'cancel' }, { action: 'accept', content: { delete_it: false } }] as const)(
    'changes nothing when they answer %o',
    async (person) => {
      client.answers.person = person
      const key = await client.newKey()
      const answer = await client.call('delete_task', { key })
      expect(answer.data.error.code).toBe('declined')
      expect(answer.text).toContain('Nothing was deleted')
      expect(await client.isThere(key)).toBe(true)
    },
  )

  it("drafts with the caller's model, at most twice", async () => {
    client.answers.model = ['Sure! Here it is.', `\`\`\`json\n${DRAFT}\n\`\`\``]
    const { data } = await client.call('generate_task_breakdown', { goal: 'A calmer checkout', project: 'WEB' })
    expect(data).toMatchObject({ by: 'sampling', draft_id: expect.any(String) })
    expect(data.tasks.map((task: { title: string }) => task.title)).toEqual([
      'Measure the checkout',
      'Shorten the form',
    ])
    expect(client.asked).toHaveLength(2)
    expect(client.asked[0]).toContain('A calmer checkout')
    expect(client.asked[1]).toContain('no JSON object')
  })
})

it('asks anew when the task has changed since the person was asked', async () => {
  const [client, other] = [await connect(ASKABLE[0], { elicitation: {} }), await connect(ASKABLE[0])]
  const key = await client.newKey()
  let changed: Promise<unknown> | undefined
  Object.defineProperty(client.answers, 'person', {
    get() {
      changed ??= other.call('update_task', { key, title: 'Not by mistake' })
      return changed.then(() => ({ action: 'accept', content: { delete_it: true } }))
    },
  })
  expect((await client.call('delete_task', { key })).data).toMatchObject({ deleted: key })
  expect(client.asked).toEqual([expect.stringContaining('By mistake'), expect.stringContaining('Not by mistake')])
  await client.close()
  await other.close()
})

it.each([
  { era: 'modern', over: 'http' },
  { era: 'legacy', over: 'http' },
] as const)('gives a token to a client that cannot be asked: %o', async (cell) => {
  const client = await connect(cell, cell.era === 'legacy' ? { elicitation: {} } : {})
  const key = await client.newKey()
  const { error } = (await client.call('delete_task', { key })).data
  expect([error.code, await client.isThere(key)]).toEqual(['confirmation_required', true])
  const confirmed = { key, confirmation_token: error.confirmation_token }
  expect((await client.call('delete_task', confirmed)).data.deleted).toBe(key)
  // Nor is it offered subscriptions where it would never hear of them.
  expect(client.canSubscribe).toBe(cell.era === 'modern')
  await client.close()
})

describe('without a model of the caller', () => {
  const cell = { era: 'modern', over: 'http' } as const
  const before = () => Object.assign(endpoint, { answers: [], status: 200, seen: [] })

  it('asks the configured endpoint, with its key, which nobody sees', async () => {
    before()
    endpoint.answers.push('{"tasks":[]}', DRAFT)
    const client = await connect(cell)
    const answer = await client.call('generate_task_breakdown', { goal: 'WEB-12' })
    expect(answer.data).toMatchObject({ by: 'endpoint', tasks: [{ parent: 'WEB-12' }, {}] })
    expect(endpoint.seen.map(({ authorization }) => authorization)).toEqual(Array(2).fill(`Bearer ${SECRET}`))
    expect(JSON.parse(endpoint.seen[0]?.body ?? '')).toMatchObject({ model: 'small' })
    expect(JSON.stringify(answer)).not.toContain(SECRET)
    await client.close()
  })

  it('asks it too when the model of the caller gives nothing that can be used', async () => {
    before()
    endpoint.answers.push(DRAFT)
    const client = await connect(cell, { sampling: {} })
    expect((await client.call('generate_task_breakdown', { goal: 'Less noise', project: 'OPS' })).data.by).toBe(
      'endpoint',
    )
    expect(client.asked).toHaveLength(2)
    await client.close()
  })

  it('gives a template when the endpoint fails, and creates nothing', async () => {
    before()
    endpoint.status = 500
    const client = await connect(cell)
    const tasks = async () => (await client.call('list_tasks', { status: 'any', limit: 1 })).data.total
    const total = await tasks()
    const { data, text } = await client.call('generate_task_breakdown', { goal: 'Less noise', project: 'OPS' })
    expect(data).toMatchObject({
      by: 'template',
      tasks: [],
      reasons: ['endpoint: the model endpoint answered with status 500'],
    })
    expect(text).toContain('Less noise')
    expect(text).not.toContain(SECRET)
    expect(await tasks()).toBe(total)
    await client.close()
  })
})
