/** Federation story 8: an API that nobody here knows becomes tools that connected agents of both eras call, and goes again. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectAnswering } from './support/answering-client.ts'
import { type AnyClient, CLIENTS, connectAny } from './support/any-client.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'

const ROOT = join(import.meta.dirname, '../../..')
const recipe = readFileSync(join(ROOT, 'docs/recipes/new-api.md'), 'utf8')
const block = (language: string) => new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(recipe)?.[1] ?? ''
const SHIPS = Array.from({ length: 7 }, (_, i) => ({ id: i + 1, name: `Ship ${i + 1}`, captain: 'A. Person' }))
const LIST_CHANGED = 'notifications/tools/list_changed'

let harbor: Server
let origin = ''
let gateway: StoryGateway
const seen: string[] = []

beforeAll(async () => {
  harbor = createServer(async (request, response) => {
    const body = await new Response(request as never).text().catch(() => '')
    seen.push(`${request.method} ${request.url} ${body}`)
    const page = Number(new URL(request.url ?? '/', origin).searchParams.get('page') ?? 1)
    const answer = request.method === 'GET' ? { ships: SHIPS.slice((page - 1) * 3, page * 3) } : { cleared: true }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  }).listen(0, '127.0.0.1')
  await once(harbor, 'listening')
  origin = `http://127.0.0.1:${(harbor.address() as AddressInfo).port}`
  const env = { OPENAPI_ALLOWED_HOSTS: new URL(origin).host, GITHUB_TOKEN: '', SLACK_BOT_TOKEN: '' }
  gateway = await startGateway({
    upstreams: { integrations: { run: join(ROOT, 'packages/server-integrations'), env } },
    agents: { ops: { roles: ['operator'] }, reader: { roles: ['reader'] } },
    rules: [
      { id: 'operators', effect: 'allow', roles: ['operator'], tools: ['*'] },
      { id: 'readers', effect: 'allow', roles: ['reader'], tools: ['effect:read'] },
    ],
  })
  await gateway.ready('integrations')
})
afterAll(async () => {
  await gateway.close()
  harbor.closeAllConnections()
  harbor.close()
})

const keys = new Map<string, string>()
const reach = (agent: string) => {
  const key = keys.get(agent) ?? gateway.key(agent)
  keys.set(agent, key)
  return { url: `${gateway.url}/mcp`, key }
}
const connect = (kind: (typeof CLIENTS)[number], agent: string) => connectAny(kind, reach(agent))
const data = async (client: AnyClient, tool: string, args: object) =>
  // biome-ignore lint/suspicious/noExplicitAny: each tool has its own shape
  (await client.call(`integrations__${tool}`, args)).structuredContent as any
const lists = async (client: AnyClient, tool: string) => (await client.tools()).includes(`integrations__${tool}`)
const hears = (client: AnyClient, times: number) =>
  until(
    () => client.heard.filter(({ method }) => method === LIST_CHANGED).length >= times,
    'the client hears that the list of tools has changed',
  )

describe.each(CLIENTS.map((kind, i) => ({ kind, connector: `harbor${'abc'[i]}` })))('$kind', ({ kind, connector }) => {
  it('previews, activates, sees and calls the new tools, and sees them go', async () => {
    const [ops, reader] = await Promise.all([connect(kind, 'ops'), connect(kind, 'reader')])
    expect(await lists(ops, `${connector}_list_ships`)).toBe(false)
    const document = block('json').replace('https://harbor.example.com', origin)
    const preview = await data(ops, 'import_openapi', { mode: 'preview', connector, document, overlay: block('yaml') })
    expect(preview).toMatchObject({
      active: false,
      tools: [`${connector}_list_ships`, `${connector}_clear_ship`],
      preview: { operation_count: 2, warnings: [], base_url: `${origin}/v1` },
    })
    expect(await lists(ops, `${connector}_list_ships`)).toBe(false)

    await data(ops, 'import_openapi', { mode: 'activate', connector, preview_id: preview.preview_id })
    await hears(ops, 1)
    await until(() => lists(ops, `${connector}_clear_ship`), 'the new tools are listed')
    expect(await lists(reader, `${connector}_list_ships`)).toBe(true)
    expect(await lists(reader, `${connector}_clear_ship`)).toBe(false)
    expect(await lists(reader, 'import_openapi')).toBe(false)

    const names: string[] = []
    let cursor: string | undefined
    do {
      const page = await data(reader, `${connector}_list_ships`, { berth: 'north', ...(cursor ? { cursor } : {}) })
      expect(JSON.stringify(page.result)).not.toContain('captain')
      names.push(...page.result.map(({ name }: { name: string }) => name))
      cursor = page.next_cursor
    } while (cursor)
    expect(names).toEqual(SHIPS.map(({ name }) => name))

    const args = { id: 3, body: { pilot: 'Jo' }, idempotency_key: connector }
    seen.length = 0
    const wrong = await data(ops, `${connector}_clear_ship`, { id: 3, body: { pilot: '' } })
    expect(wrong.error).toMatchObject({ code: 'invalid_arguments', field: 'body.pilot' })
    const tool = `integrations__${connector}_clear_ship`
    const [withForms, without] = await Promise.all([
      connectAnswering(kind, reach('ops'), { person: { action: 'accept', content: { confirm: true } } }),
      connectAnswering(kind, reach('ops')),
    ])
    expect(await withForms.call(tool, args)).toMatchObject({ result: { cleared: true }, replayed: false })
    expect(withForms.asked).toEqual([expect.stringContaining('POST /ships/3/clearance and cannot be undone')])
    const { error } = await without.call(tool, { id: 4, body: args.body })
    expect(error.code).toBe('confirmation_required')
    const second = { id: 4, body: args.body, confirmation_token: error.confirmation_token }
    expect(await without.call(tool, second)).toMatchObject({ result: { cleared: true } })
    expect(seen).toEqual(['POST /v1/ships/3/clearance {"pilot":"Jo"}', 'POST /v1/ships/4/clearance {"pilot":"Jo"}'])

    await data(ops, 'import_openapi', { mode: 'remove', connector })
    await hears(ops, 2)
    await until(async () => !(await lists(ops, `${connector}_list_ships`)), 'the tools are gone')
    await Promise.all([ops, reader, withForms, without].map((client) => client.close()))
  })
})
