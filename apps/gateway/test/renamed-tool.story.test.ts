/** Federation story 9: a domain team renames a tool and nobody is left behind; its domain server dies and the other domains notice nothing. The recipe is docs/recipes/rename-a-tool.md. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AnsweringClient, connectAnswering } from './support/answering-client.ts'
import type { ClientKind } from './support/any-client.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'

const PACKAGES = join(import.meta.dirname, '../../../packages')
const NEXT = join(PACKAGES, 'server-projects/test/next-version')
const KINDS: ClientKind[] = ['SDK v1', 'SDK v2, modern']
const FORMER = 'projects__add_comment'
const PRESENT = 'projects__comment_on_task'
const QUESTION = { sql: 'SELECT count(*) FROM customers' }

const configuration = (projects: string) => ({
  upstreams: { projects: { run: projects }, db: { run: join(PACKAGES, 'server-db') } },
  agents: { ops: { roles: ['operator'] }, writer: { roles: ['writer'] } },
  rules: [
    { id: 'operators', effect: 'allow', roles: ['operator'], tools: ['*'] },
    { id: 'writers', effect: 'allow', roles: ['writer'], tools: [FORMER, PRESENT] },
  ],
})

let gateway: StoryGateway
const keys = new Map<string, string>()
const clients = new Map<string, AnsweringClient>()

beforeAll(async () => {
  gateway = await startGateway(configuration(join(PACKAGES, 'server-projects')))
  for (const agent of ['ops', 'writer']) keys.set(agent, gateway.key(agent))
  await gateway.ready('projects', 'db')
  for (const kind of KINDS) clients.set(kind, await connect(kind))
})
afterAll(async () => {
  for (const client of clients.values()) await client.close()
  await gateway?.close()
})

const connect = (kind: ClientKind, agent = 'ops') =>
  connectAnswering(kind, { url: `${gateway.url}/mcp`, key: keys.get(agent) ?? '' })
const connectionOf = (upstream: string) => gateway.listening.gateway.upstreams.get(upstream)?.connection
const comment = (client: AnsweringClient, tool: string) => client.call(tool, { key: 'WEB-1', body: `By ${tool}` })

it('is reachable by its former name, by who connected before and by who may do nothing else', async () => {
  for (const client of clients.values()) {
    expect(await client.tools()).toContain(FORMER)
    expect((await comment(client, FORMER)).error).toBeUndefined()
  }
  const db = connectionOf('db')
  gateway.write(configuration(NEXT))
  await gateway.listening.reload()
  const client = clients.get('SDK v1') as AnsweringClient
  await until(async () => (await client.tools()).includes(PRESENT), 'the new name is listed')
  for (const client of clients.values()) {
    expect(await client.tools()).not.toContain(FORMER)
    expect((await comment(client, FORMER)).error).toBeUndefined()
    expect((await comment(client, PRESENT)).error).toBeUndefined()
  }
  const writer = await connect('SDK v2, modern', 'writer')
  expect((await comment(writer, FORMER)).error).toBeUndefined()
  await writer.close()
  // Nothing of the other domain was touched.
  expect(connectionOf('db')).toBe(db)
})

describe.each(KINDS)('when its domain server is killed, %s', (kind) => {
  it('misses its tools for a moment and nothing else', async () => {
    const client = clients.get(kind) as AnsweringClient
    const before = await client.tools()
    const pid = Number(execFileSync('pgrep', ['-P', String(process.pid), '-f', 'next-version'], { encoding: 'utf8' }))
    process.kill(pid, 'SIGKILL')
    await until(
      async () =>
        comment(client, PRESENT).then(
          () => false,
          () => true,
        ),
      'its calls fail',
    )
    expect(await client.tools()).toEqual(before)
    expect((await client.call('db__run_query', QUESTION)).rows).toHaveLength(1)
    await until(
      async () =>
        comment(client, PRESENT).then(
          ({ error }) => !error,
          () => false,
        ),
      'it is back',
    )
    expect(await client.tools()).toEqual(before)
  })
})
