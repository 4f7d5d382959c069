/** What goes wrong on the far side stays there: of a failure an agent gets the gateway's own words, whatever the upstream, its process or its network said. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bareTool, modern, type Script, type ScriptedPort, startScripts } from './fixtures/scripted-upstream.ts'
import { post, postModern } from './support/clients.ts'
import { failureOf } from './support/failure-of.ts'
import { freePort } from './support/free-port.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

/** In everything that an upstream says, is given or is reached by. */
const CANARY = 'canary-7f3a'
const LEAK = `Error: ${CANARY} at /srv/${CANARY}/app.ts:1:1\n    at run (/srv/${CANARY}/app.ts:1:1)`

const refuse =
  (status: number, type: string, body: string): Script =>
  (_request, response) =>
    response
      .writeHead(status, {
        'content-type': type,
        'www-authenticate': LEAK.split('\n')[0],
        'x-error': CANARY,
        server: CANARY,
      })
      .end(body)
const failWith =
  (code: number, more: object = {}): Script =>
  ({ idText }, response) => {
    const error = JSON.stringify({ code, message: LEAK, data: { stack: LEAK, detail: { cause: LEAK } }, ...more })
    response.writeHead(200, { 'content-type': 'application/json', 'x-error': CANARY })
    response.end(`{"jsonrpc":"2.0","id":${idText},"error":${error}}`)
  }

const FAULTS: Readonly<Record<string, Script>> = {
  ...Object.fromEntries(
    [
      301, 302, 307, 400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 413, 415, 418, 422, 429, 500, 501, 502, 503, 504,
      508, 599,
    ].map((status) => [`answers-${status}`, refuse(status, 'text/plain', LEAK)]),
  ),
  'answers-400-as-json': refuse(400, 'application/json', JSON.stringify({ error: LEAK, stack: LEAK })),
  'answers-404-as-json': refuse(404, 'application/json', JSON.stringify({ message: LEAK })),
  'answers-500-as-json': refuse(
    500,
    'application/json',
    JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: 1, message: LEAK } }),
  ),
  'answers-html': refuse(200, 'text/html', `<pre>${LEAK}</pre>`),
  'answers-nonsense': refuse(200, 'application/json', LEAK),
  'answers-a-list': refuse(200, 'application/json', JSON.stringify([LEAK])),
  'answers-half': refuse(200, 'application/json', `{"jsonrpc":"2.0","error":"${CANARY}`),
  'streams-nonsense': refuse(200, 'text/event-stream', `data: ${CANARY}\n\n`),
  'streams-nothing': refuse(200, 'text/event-stream', `: ${CANARY}\n\n`),
  'breaks-off': (_request, response) => {
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
      .write(LEAK, () => response.destroy())
  },
  'fails-internally': failWith(-32603),
  'fails-with-own-code': failWith(-32000),
  'fails-as-specification': failWith(-32020),
  'fails-with-anything': failWith(7),
  // The id of the upstream behind it is told, if it is one.
  'fails-like-a-gateway': failWith(-32603, {
    data: { code: 'rate_limited', requestId: CANARY, hint: LEAK, upstream: LEAK, message: LEAK, retryAfterMs: 5 },
  }),
  'fails-without-words': ({ idText }, response) =>
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(`{"jsonrpc":"2.0","id":${idText},"error":"${CANARY}"}`),
}

let raw: ScriptedPort
let gone: ScriptedPort
let gateway: StoryGateway
let url: string
let key: string

beforeAll(async () => {
  const tools = Object.keys(FAULTS).map(bareTool)
  const failing: Script = (request, response) => {
    const name = String(request.params.name ?? (request.params.uri as string)?.slice('x:'.length))
    FAULTS[name]?.(request, response)
  }
  raw = await startScripts({
    up: modern({
      capabilities: { tools: {}, prompts: {}, resources: {} },
      lists: () => ({
        tools,
        prompts: Object.keys(FAULTS).map((name) => ({ name })),
        resources: Object.keys(FAULTS).map((name) => ({ name, uri: `x:${name}` })),
      }),
      on: { 'tools/call': failing, 'prompts/get': failing, 'resources/read': failing },
    }),
    [CANARY]: modern({}),
  })
  gone = await startScripts({ [CANARY]: modern({}) })
  const child = (file: string) => ({
    command: [process.execPath, join(import.meta.dirname, 'fixtures', file), CANARY],
    env: { LEAK: CANARY },
  })
  gateway = await startGateway({
    upstreams: {
      up: { url: raw.url('up'), headers: { 'x-team': CANARY } },
      gone: { url: gone.url(CANARY) },
      child: child('leaking-stdio.ts'),
      absent: { command: [`/opt/${CANARY}/nothing`] },
      dead: { url: `http://127.0.0.1:${await freePort()}/${CANARY}/mcp` },
      nameless: { url: `http://${CANARY}.invalid/mcp` },
    },
  })
  url = `${gateway.url}/mcp`
  key = gateway.key('ops')
  await gateway.ready('up', 'gone', 'child')
})
afterAll(async () => {
  await gateway.close()
  await raw.close()
})

/** Sends it in both eras; neither answer has the canary, in its head or its body. */
async function failBoth(method: string, params: Record<string, unknown>): Promise<string[]> {
  const answers = [
    await postModern(url, key, method, params),
    await post(url, key, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })),
  ]
  return answers.map((answer) => {
    expect(answer.text + JSON.stringify([...answer.headers])).not.toMatch(/canary|127\.0\.0\.1:\d+\/|srv\/|leaking/)
    return failureOf(answer).code
  })
}

describe(verifies('edge.errors', 'an upstream over HTTP'), () => {
  it.each(Object.keys(FAULTS))('that %s tells an agent nothing of itself', async (name) => {
    const codes = [
      ...(await failBoth('tools/call', { name: `up__${name}`, arguments: {} })),
      ...(await failBoth('prompts/get', { name: `up__${name}` })),
      ...(await failBoth('resources/read', { uri: `x:${name}` })),
    ]
    expect(new Set(codes).size).toBe(1)
    expect(codes[0]).toMatch(/^(upstream_\w+|gateway_loop|rate_limited)$/)
  })

  it('that has gone is named by its id alone', async () => {
    await gone.close()
    const call = () => failBoth('tools/call', { name: 'gone__hello', arguments: {} })
    expect(await call()).toEqual(['upstream_unavailable', 'upstream_unavailable'])
  })
})

describe(verifies('edge.errors', 'a child'), () => {
  it.each(['errs', 'exits', 'throws', 'mutters'])('that %s tells an agent nothing of itself', async (name) => {
    await until(() => gateway.listening.gateway.upstreams.get('child')?.state.kind === 'ready', 'the child is up')
    const [code] = await failBoth('tools/call', { name: `child__${name}`, arguments: {} })
    expect(code).toMatch(/^upstream_\w+$/)
  })
})

it(verifies('edge.errors', 'upstreams that never came tell an agent nothing, by no route'), async () => {
  for (const id of ['absent', 'dead', 'nameless']) {
    expect(await failBoth('tools/call', { name: `${id}__x`, arguments: {} })).toEqual(['unknown_tool', 'unknown_tool'])
    const answer = await postModern(`${gateway.url}/s/${id}/mcp`, key, 'tools/list')
    expect([answer.status, answer.text]).toEqual([404, expect.not.stringContaining('canary')])
  }
  expect((await postModern(url, key, 'tools/list')).text).not.toContain('canary')
})

it(
  verifies('edge.errors', 'what an upstream says of the arguments passes, without what tells of its inside'),
  async () => {
    const said = {
      code: -32602,
      message: 'No such customer',
      data: { stack: LEAK, path: `/srv/${CANARY}`, field: 'id', more: [{ trace: LEAK }] },
    }
    raw.scripts.up = modern({
      capabilities: { tools: {} },
      lists: () => ({ tools: Object.keys(FAULTS).map(bareTool) }),
      on: {
        'tools/call': ({ idText }, response) =>
          void response
            .writeHead(200, { 'content-type': 'application/json' })
            .end(`{"jsonrpc":"2.0","id":${idText},"error":${JSON.stringify(said)}}`),
      },
    })
    const { json, text } = await postModern(url, key, 'tools/call', { name: 'up__answers-html', arguments: {} })
    expect(text).not.toContain(CANARY)
    expect(json?.error).toMatchObject({ code: -32602, message: 'No such customer', data: { field: 'id' } })
  },
)
