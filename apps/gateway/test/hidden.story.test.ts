/** What an agent may not use is not there: not in a list, not by a call, not by the way an answer is worded. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ScriptedUpstream, startScriptedUpstream } from './fixtures/scripted-upstream.ts'
import { post, postModern } from './support/clients.ts'
import { type StoryGateway, startGateway } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

const tool = (name: string, properties = {}) => ({ name, inputSchema: { type: 'object', properties } })
const marked = { a: { type: 'string', 'x-mcp-header': 'A' } }

let alpha: ScriptedUpstream
let beta: ScriptedUpstream
let gateway: StoryGateway
const keys: Record<string, string> = {}

beforeAll(async () => {
  alpha = await startScriptedUpstream({
    tools: [tool('read_x'), tool('read_y'), tool('kill_x', marked), tool('kill_y')],
    prompts: [{ name: 'greet' }, { name: 'greed' }],
    resources: ['alpha://one', 'alpha://two', 'ALPHA://kept'].map((uri) => ({ uri, name: uri })),
    resourceTemplates: ['alpha://{name}', 'alpha://deep/{+path}', 'alpha-own://{x}'].map((uriTemplate) => ({
      uriTemplate,
      name: uriTemplate,
    })),
  })
  beta = await startScriptedUpstream({
    tools: [tool('read_x')],
    prompts: [{ name: 'greet' }],
    // A resource within a template of the other upstream.
    resources: ['beta://one', 'alpha://of-beta'].map((uri) => ({ uri, name: uri })),
    resourceTemplates: [{ uriTemplate: 'beta://{name}', name: 'b' }],
  })
  gateway = await startGateway({
    upstreams: {
      alpha: { url: alpha.url, tools: { read_x: { aliases: ['was_read'] }, kill_x: { aliases: ['was_kill'] } } },
      beta: { url: beta.url },
    },
    agents: { ops: { roles: ['operator'] }, reader: { roles: ['reader'] }, nobody: { roles: [] } },
    rules: [
      { id: 'all', effect: 'allow', roles: ['operator'], tools: ['*'], prompts: ['*'], resources: ['*'] },
      {
        id: 'reads',
        effect: 'allow',
        roles: ['reader'],
        tools: ['alpha__read_*', 'alpha__kill_y'],
        prompts: ['alpha__greet'],
        resources: ['alpha://*'],
      },
      { id: 'no-kill', effect: 'deny', roles: ['reader'], tools: ['alpha__kill_*'] },
      { id: 'not-two', effect: 'deny', roles: ['reader'], resources: ['alpha://two', 'upstream:beta'] },
    ],
  })
  for (const agent of ['ops', 'reader', 'nobody']) keys[agent] = gateway.key(agent)
  await gateway.ready('alpha', 'beta')
})
afterAll(async () => {
  await gateway.close()
  await alpha.close()
  await beta.close()
})

type Era = 'modern' | 'legacy'
interface Where {
  era: Era
  route: string
}
const ROUTES: Where[] = (['modern', 'legacy'] as const).flatMap((era) =>
  ['/mcp', '/s/alpha/mcp'].map((route) => ({ era, route })),
)

function send(agent: string, { era, route }: Where, method: string, params: Record<string, unknown> = {}) {
  const url = `${gateway.url}${route}`
  const key = keys[agent] as string
  if (era === 'modern') return postModern(url, key, method, params, nameHeader(params.uri))
  return post(url, key, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))
}

// A header holds no blanks at its ends.
function nameHeader(uri: unknown): Record<string, string> {
  if (typeof uri !== 'string' || uri === uri.trim()) return {}
  return { 'mcp-name': `=?base64?${Buffer.from(uri).toString('base64')}?=` }
}

async function listed(agent: string, where: Where, method: string): Promise<string[]> {
  const { json } = await send(agent, where, method)
  const [items] = Object.values(json?.result ?? {}).filter(Array.isArray) as Record<string, string>[][]
  return (items ?? []).map((item) => (item.uriTemplate ?? item.uri ?? item.name) as string)
}

/** All that an agent can tell an answer by, with what must differ taken out. */
async function faceOf(answer: ReturnType<typeof post>, name: string) {
  const { status, headers, text } = await answer
  const requestId = headers.get('x-request-id') as string
  expect(text).not.toBe('')
  const escaped = (part: string) => JSON.stringify(part).slice(1, -1)
  // In a message of the answer it is quoted already.
  const written = [escaped(escaped(name)), escaped(name)]
  const seen = [...headers].filter(([header]) => !['date', 'x-request-id'].includes(header))
  const same = written.reduce((rest, each) => rest.replaceAll(each, '(name)'), text.replaceAll(requestId, '(request)'))
  return { status, headers: seen, text: same }
}

const received = () => alpha.received.length + beta.received.length

describe.each(ROUTES)('on $route, $era', (where) => {
  const isAggregate = where.route === '/mcp'
  const own = (name: string) => (isAggregate ? `alpha__${name}` : name)

  it.each([
    ['tools/list', ['read_x', 'read_y']],
    ['prompts/list', ['greet']],
  ])('%s shows the reader its part alone', async (method, names) => {
    expect(await listed('reader', where, method)).toEqual(names.map(own))
    expect(await listed('nobody', { ...where, route: '/mcp' }, method)).toEqual([])
  })

  it('resources/list shows the reader its part alone', async () => {
    expect(await listed('reader', where, 'resources/list')).toEqual(['alpha://one'])
    const templates = ['alpha://{name}', 'alpha://deep/{+path}']
    expect(await listed('reader', where, 'resources/templates/list')).toEqual(templates)
    expect(await listed('ops', where, 'resources/list')).toContain('alpha://two')
  })

  it.each([
    ['tools/list', 'tools/call', 'name'],
    ['prompts/list', 'prompts/get', 'name'],
    ['resources/list', 'resources/read', 'uri'],
  ])(verifies('policy.everywhere', 'what %s shows is what %s serves, name by name'), async (list, call, field) => {
    const all = await listed('ops', where, list)
    const shown = await listed('reader', where, list)
    expect(all.length).toBeGreaterThan(shown.length)
    for (const name of all) {
      const before = received()
      const { json } = await send('reader', where, call, { [field]: name })
      const isShown = shown.includes(name)
      expect([name, json?.result !== undefined, received() - before]).toEqual([name, isShown, isShown ? 1 : 0])
    }
  })

  it.each([
    ['a tool', 'tools/call', own('kill_x'), own('kill_z')],
    ['a denied tool that is allowed too', 'tools/call', own('kill_y'), own('kill_z')],
    ['the former name of a tool', 'tools/call', own('was_kill'), own('was_none')],
    ['a prompt', 'prompts/get', own('greed'), own('green')],
    ...(isAggregate
      ? [
          ['a tool of a hidden upstream', 'tools/call', 'beta__read_x', 'bela__read_x'],
          ['a prompt of a hidden upstream', 'prompts/get', 'beta__greet', 'bela__greet'],
        ]
      : [['the public name of a tool', 'tools/call', 'alpha__kill_x', 'alpha__kill_z']]),
  ] as [string, string, string, string][])(
    verifies('policy.hidden', '%s that is hidden looks as if it were not there'),
    async (_name, method, hidden, unknown) => {
      const face = await faceOf(send('reader', where, method, { name: hidden }), hidden)
      expect(face).toEqual(await faceOf(send('reader', where, method, { name: unknown }), unknown))
      expect(face.text).toContain('"unknown_')
    },
  )

  it.each([
    ['by its own URI', 'alpha://two', 'alpha-no://t'],
    ['in another case', 'alpha://TWO', 'alpha-no://T'],
    ['with an escape', 'alpha://%74wo', 'alpha-no://%74'],
    ['around a dot', 'alpha://./two', 'alpha-no://./'],
    ['around two dots', 'alpha://a/../two', 'alpha-no://a/..'],
    ['around escaped dots', 'alpha://deep/%2e%2e/two', 'alpha-no://deep/%2e%2e'],
    ['before a space', 'alpha://two ', 'alpha-no://t '],
    ['before an escaped space', 'alpha://two%20', 'alpha-no://t%20'],
    ['before an empty fragment', 'alpha://two#', 'alpha-no://t#'],
    ['before a query', 'alpha://two?x', 'alpha-no://t?x'],
    ['with backslashes', 'alpha:\\\\two', 'alpha-no:\\\\'],
    ['with a slash more', 'alpha://two/', 'alpha-no://t/'],
    ['that no rule allows, in a spelling that one allows', 'alpha://kept', 'alpha-no://k'],
    ['of a hidden upstream', 'beta://one', 'none://one'],
    ['that a template of a hidden upstream makes', 'beta://any', 'none://any'],
    ...(isAggregate ? [['of a hidden upstream, within a visible template', 'alpha://of-beta', 'alpha-no://of-b']] : []),
    ['that a hidden template makes', 'alpha-own://a', 'alpha-non://a'],
  ] as [string, string, string][])(
    verifies('policy.hidden', 'a hidden resource cannot be read %s'),
    async (_name, hidden, unknown) => {
      const before = received()
      const face = await faceOf(send('reader', where, 'resources/read', { uri: hidden }), hidden)
      expect(face.text).toContain('"unknown_resource"')
      const other = await faceOf(send('reader', where, 'resources/read', { uri: unknown }), unknown)
      const length = ({ headers }: typeof face) => headers.filter(([name]) => name !== 'content-length')
      expect({ ...face, headers: length(face) }).toEqual({ ...other, headers: length(other) })
      expect(received()).toBe(before)
    },
  )

  it.each(['alpha://three', 'alpha://deep/a/b'])('a template that is visible makes %s readable', async (uri) => {
    expect((await send('reader', where, 'resources/read', { uri })).json?.result).toBeDefined()
  })

  it(verifies('policy.hidden', 'completion follows what it completes'), async () => {
    const complete = (ref: object) =>
      send('reader', where, 'completion/complete', { ref, argument: { name: 'a', value: '' } })
    const prompt = (name: string) => complete({ type: 'ref/prompt', name })
    const resource = (uri: string) => complete({ type: 'ref/resource', uri })
    expect((await prompt(own('greet'))).json?.result).toBeDefined()
    expect((await resource('alpha://{name}')).json?.result).toBeDefined()
    const before = received()
    expect(await faceOf(prompt(own('greed')), own('greed'))).toEqual(await faceOf(prompt(own('green')), own('green')))
    for (const hidden of ['alpha-own://{x}', 'alpha://two', 'beta://{name}'])
      expect(await faceOf(resource(hidden), hidden)).toMatchObject({
        text: (await faceOf(resource('none://{x}'), 'none://{x}')).text,
      })
    expect(received()).toBe(before)
  })

  it('a former name works for those who may use the tool', async () => {
    expect((await send('reader', where, 'tools/call', { name: own('was_read') })).json?.result).toBeDefined()
    expect((await send('ops', where, 'tools/call', { name: own('was_kill') })).json?.result).toBeDefined()
  })

  it(verifies('policy.hidden', 'the gateway says nothing of what is hidden'), async () => {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } }
    const method = where.era === 'modern' ? 'server/discover' : 'initialize'
    for (const agent of ['reader', 'nobody']) {
      const { text } = await send(agent, { ...where, route: '/mcp' }, method, where.era === 'modern' ? {} : params)
      expect(text).not.toContain('beta')
    }
    expect(
      (await send('ops', { ...where, route: '/mcp' }, method, where.era === 'modern' ? {} : params)).text,
    ).toContain('beta')
  })
})

describe('the route of an upstream of which the agent may see nothing', () => {
  const attempts: Record<string, (route: string, agent: string) => ReturnType<typeof post>> = {
    'a modern list': (route, agent) => send(agent, { era: 'modern', route }, 'tools/list'),
    'a modern discovery': (route, agent) => send(agent, { era: 'modern', route }, 'server/discover'),
    'a modern call': (route, agent) => send(agent, { era: 'modern', route }, 'tools/call', { name: 'read_x' }),
    'an unknown method': (route, agent) => send(agent, { era: 'modern', route }, 'no/such'),
    'a subscription': (route, agent) =>
      send(agent, { era: 'modern', route }, 'subscriptions/listen', { notifications: {} }),
    'an initialize': (route, agent) =>
      send(agent, { era: 'legacy', route }, 'initialize', { protocolVersion: '2025-11-25' }),
    'a ping': (route, agent) => send(agent, { era: 'legacy', route }, 'ping'),
    'a notification': (route, agent) =>
      post(`${gateway.url}${route}`, keys[agent], '{"jsonrpc":"2.0","method":"notifications/initialized"}'),
    'no JSON': (route, agent) => post(`${gateway.url}${route}`, keys[agent], '{'),
    'a stream': (route, agent) => bodiless('GET', route, agent),
    'an end of session': (route, agent) => bodiless('DELETE', route, agent),
    'no credential': (route) => post(`${gateway.url}${route}`, undefined, '{}'),
  }

  it.each(Object.keys(attempts))(verifies('policy.hidden', 'answers %s as a route that is not there'), async (name) => {
    const attempt = attempts[name]!
    const face = await faceOf(attempt('/s/beta/mcp', 'reader'), 'beta')
    expect(face).toEqual(await faceOf(attempt('/s/none/mcp', 'reader'), 'none'))
    expect(face.status).toBeGreaterThanOrEqual(400)
    const own = await faceOf(attempt('/s/alpha/mcp', 'nobody'), 'alpha')
    expect(own.text).toBe(face.text)
  })

  it('is 404 unknown_route, and there for those who may see something', async () => {
    const { status, json } = await send('reader', { era: 'modern', route: '/s/beta/mcp' }, 'tools/list')
    expect([status, json?.error?.data?.code]).toEqual([404, 'unknown_route'])
    expect(await listed('ops', { era: 'modern', route: '/s/beta/mcp' }, 'tools/list')).toEqual(['read_x'])
  })
})

async function bodiless(method: string, route: string, agent: string): ReturnType<typeof post> {
  const headers = { authorization: `Bearer ${keys[agent]}`, accept: 'text/event-stream' }
  const response = await fetch(`${gateway.url}${route}`, { method, headers })
  return { status: response.status, headers: response.headers, text: await response.text(), json: undefined }
}
