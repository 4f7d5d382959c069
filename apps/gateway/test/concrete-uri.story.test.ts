/** A rule that allows single URIs of a template lets its agents read these, on both routes, and nothing else. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postModern } from './support/clients.ts'
import { type StoryGateway, startGateway } from './support/start-gateway.ts'

let gateway: StoryGateway
const keys: Record<string, string> = {}
const roles = ['one', 'some', 'none', 'elsewhere']

beforeAll(async () => {
  gateway = await startGateway({
    upstreams: { notes: { run: join(import.meta.dirname, 'fixtures', 'notes') } },
    agents: Object.fromEntries(roles.map((role) => [role, { roles: [role] }])),
    rules: [
      { id: 'one', effect: 'allow', roles: ['one'], resources: ['note://by-name/hello'] },
      { id: 'some', effect: 'allow', roles: ['some', 'none'], resources: ['upstream:notes *by-name/h*'] },
      { id: 'none', effect: 'deny', roles: ['none'], resources: ['note://by-name/*'] },
      { id: 'elsewhere', effect: 'allow', roles: ['elsewhere'], resources: ['note://by-title/*', 'upstream:other'] },
    ],
  })
  for (const role of roles) keys[role] = gateway.key(role)
  await gateway.ready('notes')
})
afterAll(() => gateway.close())

const ask = (agent: string, route: string, method: string, params = {}) =>
  postModern(`${gateway.url}${route}`, keys[agent], method, params)
const codeOf = async (answer: ReturnType<typeof ask>) => (await answer).json?.error?.data?.code

describe.each(['/mcp', '/s/notes/mcp'])('on %s', (route) => {
  it.each(['one', 'some'])('the agent "%s" reads what its rule allows', async (agent) => {
    const { text } = await ask(agent, route, 'resources/read', { uri: 'note://by-name/hello' })
    expect(JSON.parse(text)).toMatchObject({ result: { contents: [{ text: expect.stringContaining('world') }] } })
    expect(await codeOf(ask(agent, route, 'resources/read', { uri: 'note://by-name/other' }))).toBe('unknown_resource')
    expect(await codeOf(ask(agent, route, 'resources/read', { uri: 'note://index' }))).toBe('unknown_resource')
  })

  it('the lists stay empty', async () => {
    for (const [method, key] of [
      ['tools/list', 'tools'],
      ['resources/list', 'resources'],
      ['resources/templates/list', 'resourceTemplates'],
    ] as const)
      expect((await ask('one', route, method)).json?.result?.[key]).toEqual([])
  })
})

it.each(['none', 'elsewhere'])(
  'the route is not there for the agent "%s", who may read no URI of it',
  async (agent) => {
    expect(await codeOf(ask(agent, '/s/notes/mcp', 'resources/list'))).toBe('unknown_route')
    expect(await codeOf(ask(agent, '/mcp', 'resources/read', { uri: 'note://by-name/hello' }))).toBe('unknown_resource')
  },
)
