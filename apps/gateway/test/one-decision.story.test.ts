/** One decision everywhere: every way to ask for a thing, by every credential, in every era and spelling, runs what policy allows and nothing else. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SPELLINGS } from './fixtures/message-spellings.ts'
import { type RawRequest, rawRequest } from './support/raw-http.ts'
import { until } from './support/start-gateway.ts'
import { type Scripted, startScripted } from './support/start-scripted.ts'
import { startTestIssuer, type TestIssuer } from './support/test-issuer.ts'
import { verifies } from './support/verifies.ts'

const REVISION = '2026-07-28'
const ERAS = ['modern', 'legacy', 'legacy in a session'] as const
const ROUTES = ['/mcp', '/s/up/mcp'] as const
type Era = (typeof ERAS)[number]
type Route = (typeof ROUTES)[number]

/** Something that an agent asks for. */
interface Act {
  method: string
  /** The name as the upstream knows it, which also begins with what `reader` may do with it. */
  name: string
  params: Record<string, unknown>
}

const schema = { type: 'object', properties: { n: { type: 'integer' } } }
const tool = (name: string) => ({ name, inputSchema: schema })
/** Near what there is, and not there. */
const MISSING = new Set(['missing', 'UP://shut', 'up://%73hut'])
/** By the beginning of its name, what `reader` may use; the oracle of this story, and no part of the gateway. */
const mayRead = ({ name, params }: Act) =>
  name.startsWith('open') ||
  name.startsWith('up://open') ||
  (name === 'gated' && Number((params.arguments as { n?: number } | undefined)?.n) <= 1)

const named = (method: string, name: string, more: object = {}): Act => ({ method, name, params: { name, ...more } })
const read = (uri: string): Act => ({ method: 'resources/read', name: uri, params: { uri } })
const complete = (type: 'prompt' | 'resource', of: string): Act => ({
  method: 'completion/complete',
  name: of,
  params: {
    ref: type === 'prompt' ? { type: 'ref/prompt', name: of } : { type: 'ref/resource', uri: of },
    argument: { name: 'x', value: 'a' },
  },
})
const ACTS: readonly Act[] = [
  ...['open', 'shut', 'missing'].map((name) => named('tools/call', name, { arguments: { n: 5 } })),
  ...[1, 2].map((n) => named('tools/call', 'gated', { arguments: { n } })),
  ...['open', 'shut'].map((name) => named('prompts/get', name)),
  ...['up://open', 'up://shut', 'up://open/a', 'up://shut/a', 'UP://shut', 'up://%73hut'].map(read),
  ...['open', 'shut'].map((name) => complete('prompt', name)),
  ...['up://open/{x}', 'up://shut/{x}'].map((uri) => complete('resource', uri)),
]

let issuer: TestIssuer
let scripted: Scripted
const sessions = new Map<string, string>()
const credentials: Record<string, (route: Route) => string | undefined> = {}

beforeAll(async () => {
  issuer = await startTestIssuer()
  scripted = await startScripted(
    {
      tools: ['open', 'shut', 'gated'].map(tool),
      prompts: ['open', 'shut'].map((name) => ({ name, arguments: [{ name: 'x' }] })),
      resources: ['up://open', 'up://shut'].map((uri) => ({ uri, name: uri })),
      resourceTemplates: ['up://open/{x}', 'up://shut/{x}'].map((uriTemplate) => ({ uriTemplate, name: uriTemplate })),
    },
    {
      up: { tools: { shut: { aliases: ['was_shut'] } } },
      auth: { issuers: [{ issuer: issuer.url }] },
      agents: { ops: { roles: ['operator'] }, reader: { roles: ['reader'] }, nobody: { roles: [] } },
      rules: [
        { id: 'ops', effect: 'allow', roles: ['operator'], tools: ['*'], prompts: ['*'], resources: ['*'] },
        {
          id: 'reads',
          effect: 'allow',
          roles: ['reader'],
          tools: ['up__open', 'up__shut'],
          prompts: ['*'],
          resources: ['up://*'],
        },
        { id: 'gated', effect: 'allow', roles: ['reader'], tools: ['up__gated'], when: 'args.n <= 1' },
        {
          id: 'shut',
          effect: 'deny',
          roles: ['reader'],
          tools: ['up__shut'],
          prompts: ['up__shut'],
          resources: ['up://shut', 'up://shut/*'],
        },
      ],
    },
  )
  const { gateway } = scripted
  const keys = new Map(['reader', 'ops', 'nobody'].map((agent) => [agent, gateway.key(agent)]))
  const token = (client_id: string, route: Route, more: object = {}) =>
    issuer.token({ claims: { client_id, sub: client_id, aud: `${gateway.url}${route}`, ...more } })
  Object.assign(credentials, {
    'a key of ops': () => keys.get('ops'),
    'a key of reader': () => keys.get('reader'),
    'a token of reader': (route: Route) => token('reader', route),
    'a token of reader for ann': (route: Route) => token('reader', route, { sub: 'ann' }),
    'a key of nobody': () => keys.get('nobody'),
    'a token for the other route': (route: Route) => token('reader', route === '/mcp' ? '/s/up/mcp' : '/mcp'),
    'an expired token': (route: Route) => token('reader', route, { exp: Math.floor(Date.now() / 1_000) - 300 }),
    'no credential': () => undefined,
    'a key with a typing error': () => `${keys.get('ops')?.slice(0, -1)}~`,
  })
})
afterAll(async () => {
  await scripted.close()
  await issuer.stop()
})

/** The request for an act as a client would send it. */
async function plain(act: Act, on: { era: Era; route: Route; credential: string }): Promise<RawRequest> {
  const bearer = credentials[on.credential]?.(on.route)
  const message = { jsonrpc: '2.0', id: 1, method: act.method, params: paramsOn(act, on.route) }
  const head: [string, string][] = [
    ['Content-Type', 'application/json'],
    ['Accept', 'application/json, text/event-stream'],
    ...(bearer === undefined ? [] : ([['Authorization', `Bearer ${bearer}`]] as [string, string][])),
  ]
  if (on.era !== 'modern') {
    const session = on.era === 'legacy' ? undefined : await sessionOf(on.credential, on.route, head)
    const extra: [string, string][] = session === undefined ? [] : [['Mcp-Session-Id', session]]
    return { target: on.route, headers: [...head, ...extra], body: JSON.stringify(message) }
  }
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': REVISION,
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const name = (message.params.name ?? message.params.uri) as string | undefined
  const headers: [string, string][] = [
    ...head,
    ['MCP-Protocol-Version', REVISION],
    ['Mcp-Method', act.method],
    ...(name === undefined ? [] : ([['Mcp-Name', name]] as [string, string][])),
  ]
  return {
    target: on.route,
    headers,
    body: JSON.stringify({ ...message, params: { ...message.params, _meta } }),
  }
}

/** The parameters with the names of the route. */
function paramsOn({ params }: Act, route: Route): Record<string, unknown> {
  const own = (name: unknown) => (route === '/mcp' ? `up__${name}` : name)
  const { ref } = params as { ref?: { type: string; name?: string } }
  if (ref?.name !== undefined) return { ...params, ref: { ...ref, name: own(ref.name) } }
  return params.name === undefined ? params : { ...params, name: own(params.name) }
}

async function sessionOf(credential: string, route: Route, head: [string, string][]): Promise<string | undefined> {
  const key = `${credential} ${route}`
  if (!sessions.has(key)) {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'story', version: '1' } }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params })
    const { headers } = await rawRequest(scripted.url, { target: route, headers: head, body })
    sessions.set(key, headers['mcp-session-id'] ?? '')
  }
  return sessions.get(key) || undefined
}

/** What came of a request: how it was answered, and what the upstream was asked for meanwhile. */
interface Seen {
  status: number
  code: unknown
  /** Method and name of each request that the upstream got. */
  ran: string[]
}

async function send(request: RawRequest): Promise<Seen> {
  scripted.upstream.received.length = 0
  const { status, text } = await rawRequest(scripted.url, request)
  const json = (text.startsWith('{') ? JSON.parse(text) : {}) as { result?: unknown; error?: { code: number } }
  const ran = scripted.upstream.received.map(
    ({ method, params }) => `${method} ${params.name ?? params.uri ?? nameOfRef(params.ref)}`,
  )
  return { status, code: json.result === undefined ? (json.error?.code ?? null) : 'served', ran }
}

function nameOfRef(ref: unknown): unknown {
  const { name, uri } = (ref ?? {}) as Record<string, unknown>
  return name ?? uri
}

const isAllowed = (credential: string, act: Act) =>
  credential === 'a key of ops' ? !MISSING.has(act.name) : /of reader/.test(credential) && mayRead(act)
const isKnown = (credential: string) => /^a (key|token) of (ops|reader|nobody)/.test(credential)

describe.each(ROUTES)('on %s', (route) => {
  it.each(ERAS)(
    verifies('policy.everywhere', 'every act by every credential ends as the policy says, %s'),
    async (era) => {
      let served = 0
      for (const credential of Object.keys(credentials))
        for (const act of ACTS) {
          const seen = await send(await plain(act, { era, route, credential }))
          const place = `${credential}: ${act.method} ${act.name} ${JSON.stringify(act.params.arguments ?? '')}`
          const expected = isAllowed(credential, act)
          expect([place, seen.code === 'served']).toEqual([place, expected])
          expect([place, seen.ran]).toEqual([place, expected ? [`${act.method} ${act.name}`] : []])
          if (!isKnown(credential)) expect([place, seen.status]).toEqual([place, 401])
          if (expected) served++
        }
      expect(served).toBeGreaterThan(30)
    },
    30_000,
  )
})

/** Other ways to write the path of a route. */
const PATHS = (route: string) => [
  ...[`${route}/`, `/${route}`, route.toUpperCase(), `${route}%20`, `${route}%00`, `${route};a=b`, `${route}.json`],
  ...[`/.${route}`, `/x/..${route}`, `/s/../s/up/mcp`, `/s/up/../up/mcp`, `/s/%75p/mcp`, `/s/UP/mcp`, '/s/up%2Fmcp'],
  ...[route.replace('m', '%6d'), route.replace('mcp', 'mcp/mcp'), `${route}\\`, `http://127.0.0.1${route}`],
  ...[`${route}?upstream=other`, `${route}?name=up__open`, `${route}#x`, '*', ''],
]

describe('a call that policy denies', () => {
  const shut = named('tools/call', 'shut', { arguments: { n: 5 } })
  const gated = named('tools/call', 'gated', { arguments: { n: 2 } })
  /** What the reader may run, whatever it is that the spelling comes to mean. */
  const harmless = new Set(['tools/call open', 'tools/call gated'])

  it.each(Object.keys(SPELLINGS))(verifies('policy.one-parser', 'runs nothing as %s'), async (spelling) => {
    for (const route of ROUTES)
      for (const era of ERAS) {
        const request = await plain(shut, { era, route, credential: 'a key of reader' })
        const as = SPELLINGS[spelling] as (typeof SPELLINGS)[string]
        const headers = request.headers as [string, string][]
        const seen = await send({ ...request, ...as({ text: request.body as string, headers }) })
        const refused = seen.ran.filter((each) => !harmless.has(each))
        expect([route, era, refused, seen.status < 500]).toEqual([route, era, [], true])
        // An operator may, so the spelling and not the policy would be what refuses above.
        const same = await plain(shut, { era, route, credential: 'a key of ops' })
        const mayRun = await send({
          ...same,
          ...as({ text: same.body as string, headers: same.headers as [string, string][] }),
        })
        expect([route, era, mayRun.status < 500]).toEqual([route, era, true])
      }
  })

  it.each(ROUTES)(verifies('policy.everywhere', 'runs nothing on other spellings of %s'), async (route) => {
    for (const target of PATHS(route))
      for (const era of ERAS)
        for (const act of [shut, gated]) {
          const request = await plain(act, { era, route, credential: 'a key of reader' })
          const seen = await send({ ...request, target })
          expect([target, era, seen.ran, seen.status < 500]).toEqual([target, era, [], true])
        }
  })

  it(verifies('policy.arguments', 'runs nothing when its arguments are written in another way'), async () => {
    const written = [
      ...['2', '2.0', '2e0', '20e-1', '"1"', '[1]', 'true', 'null', '1.0000000000000001', '9007199254740993', '-0'],
      ...['1,"n":2', '2,"n":1', '1,"\\u006e":2', '1,"__proto__":{"n":2}'],
    ]
    const seen: Record<string, string[]> = {}
    for (const text of written)
      for (const era of ERAS) {
        const request = await plain(gated, { era, route: '/mcp', credential: 'a key of reader' })
        const body = (request.body as string).replace('"n":2', `"n":${text}`)
        const { ran } = await send({ ...request, body })
        seen[text] = [...new Set([...(seen[text] ?? []), ...ran])]
      }
    const allowed = Object.entries(seen).filter(([, ran]) => ran.length > 0)
    // What the condition allows is what the upstream reads as 1 or less, and is asked for with these very arguments.
    expect(allowed.map(([text]) => text).sort()).toEqual(['-0', '1,"__proto__":{"n":2}'])
  })

  it('is what these spellings would run if it were allowed', async () => {
    const run = new Set<string>()
    for (const [spelling, as] of Object.entries(SPELLINGS)) {
      const request = await plain(shut, { era: 'legacy', route: '/mcp', credential: 'a key of ops' })
      const headers = request.headers as [string, string][]
      const { ran } = await send({ ...request, ...as({ text: request.body as string, headers }) })
      if (ran.includes('tools/call shut')) run.add(spelling)
    }
    // A corpus that nobody serves proves nothing of policy.
    expect([...run].sort()).toEqual([
      'a former name',
      'a prototype for params',
      'another caller by header',
      'another method by header',
      'blanks everywhere',
      'chunks with extensions',
      'headers that name another method',
      'headers that name another tool',
      'no headers of the protocol',
      'the method escaped',
      'the name escaped',
      'two names in headers',
    ])
    await until(() => scripted.gateway.listening.gateway.admission.inFlight === 0, 'everything has ended')
  })
})
