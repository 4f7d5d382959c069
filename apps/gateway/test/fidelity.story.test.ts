/** What the upstream receives is what the agent sent, and what the agent receives is what the upstream sent, byte for byte, in every combination of eras and transports, but for what is rewritten on purpose. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MODERN_REVISION } from '../src/wire/revisions.ts'
import { type Received, type ScriptedPort, startScripts } from './fixtures/scripted-upstream.ts'
import {
  askOf,
  BARE_OUTPUT,
  BARE_VALUE,
  DEFINITIONS,
  ERROR,
  LOGGED,
  ODD,
  ODD_MEMBERS,
  progressOf,
  QUESTION,
  RESULT_TYPE,
  RESULTS,
  TASK,
  TASK_RESULTS,
  verbatim,
} from './fixtures/verbatim.ts'
import { post } from './support/clients.ts'
import { type StoryGateway, startGateway } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

const ERAS = ['modern', 'legacy'] as const
type Era = (typeof ERAS)[number]
const TRANSPORTS = ['json', 'sse', 'stdio'] as const
type Transport = (typeof TRANSPORTS)[number]
const UPSTREAMS = ERAS.flatMap((era) => TRANSPORTS.map((transport) => ({ era, transport, id: idOf(era, transport) })))
const CELLS = ERAS.flatMap((agent) => UPSTREAMS.map((upstream) => ({ agent, ...upstream })))

const CLAIM = `"io.modelcontextprotocol/protocolVersion":"${MODERN_REVISION}","io.modelcontextprotocol/clientCapabilities":{}`
const LEVEL = '"io.modelcontextprotocol/logLevel":"debug"'
const CLIENT = '"io.modelcontextprotocol/clientInfo":{"name":"story","version":"0"}'
/** Neither would survive a double, or a parser and a serializer. */
const ID = '9007199254740993'
const TOKEN = '"\\u0074oken\\/1"'

let dir: string
let port: ScriptedPort
let gateway: StoryGateway
let key: string
let session: string
const received: Received[] = []

function idOf(era: Era, transport: Transport): string {
  return `${era}-${transport}`
}

function eraOf(id: string): Era {
  return id.startsWith('modern') ? 'modern' : 'legacy'
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'causeway-story-'))
  const script = ({ era, transport, id }: (typeof UPSTREAMS)[number]) =>
    verbatim(era, { id, streams: transport === 'sse', received })
  port = await startScripts(Object.fromEntries(UPSTREAMS.map((upstream) => [upstream.id, script(upstream)])))
  const command = (era: Era, id: string) => [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    join(import.meta.dirname, 'fixtures/verbatim.ts'),
    era,
    id,
    join(dir, id),
  ]
  const reached = ({ era, transport, id }: (typeof UPSTREAMS)[number]) =>
    transport === 'stdio' ? { command: command(era, id), era } : { url: port.url(id) }
  gateway = await startGateway({ upstreams: Object.fromEntries(UPSTREAMS.map((each) => [each.id, reached(each)])) })
  key = gateway.key('ops')
  await gateway.ready(...UPSTREAMS.map(({ id }) => id))
  session = await openSession()
})
afterAll(async () => {
  await gateway.close()
  await port.close()
  rmSync(dir, { recursive: true })
})

async function openSession(capabilities = '{}'): Promise<string> {
  const client = '"clientInfo":{"name":"story","version":"1"}'
  const params = `{"protocolVersion":"2025-11-25","capabilities":${capabilities},${client}}`
  const { headers } = await say(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":${params}}`, {})
  const opened = headers.get('mcp-session-id') as string
  const level = '{"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"debug"}}'
  await say(level, { 'mcp-session-id': opened })
  return opened
}

const say = (body: string, headers: Record<string, string>) => post(`${gateway.url}/mcp`, key, body, headers)

/** What the agent receives, message by message, for a request with these `params`. */
async function ask(agent: Era, method: string, params: string): Promise<string[]> {
  const { name, uri, taskId } = JSON.parse(params) as { name?: string; uri?: string; taskId?: string }
  const named = method === 'completion/complete' ? undefined : (name ?? uri ?? taskId)
  const { headers, text } = await say(
    `{"jsonrpc":"2.0","id":${ID},"method":"${method}","params":${params}}`,
    agent === 'modern'
      ? {
          'mcp-protocol-version': MODERN_REVISION,
          'mcp-method': method,
          ...(named === undefined ? {} : { 'mcp-name': named }),
        }
      : { 'mcp-session-id': session },
  )
  if (headers.get('content-type') === 'application/json') return [text]
  return text.split('\n').flatMap((line) => (line.startsWith('data: ') ? [line.slice('data: '.length)] : []))
}

/** The message that the upstream received last. */
function lastTo(id: string): string {
  const texts = id.endsWith('stdio')
    ? readFileSync(join(dir, id), 'utf8').trimEnd().split('\n')
    : received.map(({ text }) => text)
  return texts.at(-1) as string
}

/** Its `params`. */
function sentTo({ id }: { id: string }): string {
  const last = lastTo(id)
  return last.slice(last.indexOf('"params":') + '"params":'.length, -1)
}

/** `_meta` as the agent writes it: what the upstream must not see stands amid what it must. */
const metaOf = (agent: Era, more: string) => (agent === 'modern' ? `{${more},${CLAIM},"z":1.0}` : `{${more},"z":1.0}`)

/** `_meta` as the upstream must receive it. */
const metaAt = (agent: Era, upstream: Era, more: string) => {
  if (agent === upstream) return metaOf(agent, more)
  return upstream === 'legacy' ? metaOf('legacy', more) : `{${more},"z":1.0,${CLAIM},${LEVEL},${CLIENT}}`
}

const answer = (result: string) => `{"jsonrpc":"2.0","id":${ID},"result":{${result}}}`

/** The members of a result as the agent must receive them. */
const resultAt = (agent: Era, upstream: Era, method: string, result = RESULTS[method]) => {
  const caching = method === 'resources/read' ? ',"ttlMs":0,"cacheScope":"private"' : ''
  if (agent === 'legacy') return result
  return upstream === 'modern' ? `${RESULT_TYPE}${result}${caching}` : `${result},${RESULT_TYPE.slice(0, -1)}${caching}`
}

describe.each(CELLS)(
  verifies('edge.bytes', '$agent agent, $era upstream, $transport'),
  ({ agent, era, transport, id }) => {
    const META = `"com.example/odd":${ODD}`
    const upstream = { id }

    it.each([
      [
        'tools/call',
        (name: string) => `"unknown":${ODD},"name":"${name}" ,\t"arguments":{ ${ODD_MEMBERS} }`,
        `${id}__odd`,
        'odd',
      ],
      [
        'prompts/get',
        (name: string) => `"arguments":{"a":"\\u0041\\/\\ud800"},"name":"${name}","unknown":${ODD}`,
        `${id}__odd`,
        'odd',
      ],
      ['resources/read', (uri: string) => `"uri":"${uri}","unknown":${ODD}`, `${id}:a`, `${id}:a`],
      [
        'completion/complete',
        (name: string) =>
          `"ref":{"odd":${ODD},"type":"ref\\/prompt","name":"${name}"},"argument":{"name":"a","value":"\\u0041"},"context":${ODD}`,
        `${id}__odd`,
        'odd',
      ],
    ])('%s: request and result', async (method, paramsOf, publicName, ownName) => {
      const messages = await ask(agent, method, `{${paramsOf(publicName)},"_meta":${metaOf(agent, META)}}`)
      expect(messages).toEqual([answer(resultAt(agent, era, method) as string)])
      expect(sentTo(upstream)).toBe(`{${paramsOf(ownName)},"_meta":${metaAt(agent, era, META)}}`)
    })

    it('an error with its data', async () => {
      const messages = await ask(agent, 'tools/call', `{"name":"${id}__fail","_meta":${metaOf(agent, META)}}`)
      expect(messages).toEqual([`{"jsonrpc":"2.0","id":${ID},"error":${ERROR}}`])
    })

    it('an output that is no object, listed and answered alike', async () => {
      const [list] = await ask(agent, 'tools/list', `{"_meta":${metaOf(agent, '"a":1')}}`)
      const [result] = await ask(agent, 'tools/call', `{"name":"${id}__bare","_meta":${metaOf(agent, META)}}`)
      const wrapped = `{"type":"object","properties":{"result":${BARE_OUTPUT}},"required":["result"]}`
      expect(list).toContain(
        `"name":"${id}__bare","inputSchema":{"type":"object"},"outputSchema":${agent === 'legacy' ? wrapped : BARE_OUTPUT}}`,
      )
      expect(result).toContain(
        `"content":[],"structuredContent":${agent === 'legacy' ? `{"result":${BARE_VALUE}}` : BARE_VALUE}`,
      )
      // Who answered is told in a modern result alone.
      expect(result?.includes('serverInfo')).toBe(agent === 'modern' && era === 'modern')
    })

    it('progress and log messages', async () => {
      const asked = `"progressToken":${TOKEN}${agent === 'modern' ? `,${LEVEL}` : ''}`
      const messages = await ask(agent, 'tools/call', `{"name":"${id}__tell","_meta":${metaOf(agent, asked)}}`)
      // On a shared pipe a log message names no call, so it is nobody's.
      const logged = transport === 'stdio' ? [] : [LOGGED]
      expect(messages).toEqual([...logged, progressOf(TOKEN), answer(resultAt(agent, era, 'tools/call') as string)])
    })
  },
)

describe.each(ERAS)('lists to a %s agent', (agent) => {
  it.each([
    ['tools', 'tools/list', (id: string) => `{"name":"${id}__odd",`],
    ['prompts', 'prompts/list', (id: string) => `{"name":"${id}__odd",`],
    ['resources', 'resources/list', (id: string) => `{"uri":"${id}:a",`],
    ['resourceTemplates', 'resources/templates/list', (id: string) => `{"uriTemplate":"${id}:t/{b}",`],
  ] as const)('%s', async (kind, method, start) => {
    const [text] = await ask(agent, method, `{"_meta":${metaOf(agent, '"a":1')}}`)
    for (const { id } of UPSTREAMS) expect(text).toContain(`${start(id)}${DEFINITIONS[kind]}}`)
  })
})

describe.each(UPSTREAMS.filter(({ era }) => era === 'modern'))(verifies('edge.bytes', 'a task of $id'), ({ id }) => {
  const extensions = '{"extensions":{"io.modelcontextprotocol/tasks":{"x":1.0}}}'
  const _meta = `{"com.example/odd":${ODD},${CLAIM.replace(/\{\}$/, extensions)}}`
  const start = async () => {
    const [text] = await ask('modern', 'tools/call', `{"name":"${id}__job","_meta":${_meta}}`)
    const taskId = /"taskId":("[^"]+")/.exec(text as string)?.[1] as string
    expect(text).toBe(answer(`"resultType":"task","taskId":${taskId},${TASK}`))
    return taskId
  }

  it.each(Object.entries(TASK_RESULTS))('is its own but for its id: %s', async (method, result) => {
    const taskId = await start()
    const paramsOf = (task: string) =>
      `{"inputResponses":{ "a":{"action":"accept","content":{ "a":1.0 },"unknown":${ODD}} },"taskId":${task},"unknown":${ODD},"_meta":${_meta}}`
    const shown = result.replace('"task-1"', taskId)
    expect(await ask('modern', method, paramsOf(taskId))).toEqual([answer(`${RESULT_TYPE}${shown}`)])
    expect(sentTo({ id })).toBe(paramsOf('"task-1"'))
  })
})

describe('what upstreams ask', () => {
  const CAPABILITIES = '{"elicitation":{},"sampling":{"x":1.0},"com.example/odd":[ 1.0, -0 ]}'
  const claim = CLAIM.replace(/\{\}$/, CAPABILITIES)
  // Who asks stands before the question, and nothing else of it changes.
  const asked = (id: string) => askOf(`"${id}: ${QUESTION.slice(1)}`)
  const ACCEPTED = `{"action":"accept","content":{ "a":1.0 },"unknown":${ODD}}`

  describe.each(['modern-json', 'modern-sse', 'modern-stdio', 'legacy-json'])('of a modern agent: %s', (id) => {
    const call = (more: string) => ask('modern', 'tools/call', `{"name":"${id}__ask",${more}"_meta":{${claim}}}`)

    it('is its own but for the label, and so is the answer', async () => {
      const [text] = await call('')
      const requests =
        eraOf(id) === 'modern'
          ? `"inputRequests":{"\\u0061":{"method":"elicitation/create","params":${asked(id)},"unknown":${ODD}}},"unknown":${ODD}`
          : `"inputRequests":{"ask-1":{"method":"elicitation/create","params":${asked(id)}}},"requestState":`
      expect(text).toContain(`{"resultType":"input_required",${requests}`)
      const state = /"requestState":("[^"]*")/.exec(text as string)?.[1]
      const key = state === undefined ? '"\\u0061"' : '"ask-1"'
      const responses = `"inputResponses":{ ${key}:${ACCEPTED} },${state === undefined ? '' : `"requestState":${state},`}`
      expect(await call(responses)).toEqual([answer(resultAt('modern', eraOf(id), 'tools/call') as string)])
      const last = lastTo(id)
      // What the upstream may not ask for it is not told of.
      const meta = `"_meta":{${CLAIM.replace(/\{\}$/, CAPABILITIES.replace('"sampling":{"x":1.0},', ''))}}`
      expect(last).toContain(state === undefined ? `{"name":"ask",${responses}${meta}}` : `"result":${ACCEPTED}}`)
    })
  })

  describe.each(['modern-json', 'modern-sse', 'modern-stdio', 'legacy-json'])('of a legacy agent: %s', (id) => {
    it('is its own but for the label, and so is the answer', async () => {
      const own = await openSession('{"elicitation":{}}')
      const response = await fetch(`${gateway.url}/mcp`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-session-id': own,
        },
        body: `{"jsonrpc":"2.0","id":${ID},"method":"tools/call","params":{"name":"${id}__ask"}}`,
      })
      let text = ''
      let isAnswered = false
      for await (const chunk of (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream())) {
        text += chunk
        // Not ".": the question holds U+2028.
        const request = /data: (\{"jsonrpc":"2\.0","id":("[^"]+"),"method":"elicitation\/create"[^\n]*)\n/.exec(text)
        if (!request || isAnswered) continue
        isAnswered = true
        expect(request[1]).toContain(`"params":${asked(id)}}`)
        await say(`{"jsonrpc":"2.0","id":${request[2]},"result":${ACCEPTED}}`, { 'mcp-session-id': own })
      }
      expect(text).toContain(`data: ${answer(RESULTS['tools/call'] as string)}\n`)
      const last = lastTo(id)
      expect(last).toContain(eraOf(id) === 'modern' ? `"inputResponses":{"a":${ACCEPTED}}` : `"result":${ACCEPTED}}`)
    })
  })
})

it(verifies('edge.bytes', 'carries strings of a megabyte, there and back'), async () => {
  const large = `"${'\\u00e9\\\\😀 é'.repeat(90_000)}"`
  expect(large.length).toBeGreaterThan(1_000_000)
  for (const agent of ERAS) {
    for (const { id, era } of UPSTREAMS) {
      const params = (name: string, meta: string) => `{"name":"${name}","arguments":{"a":${large}},"_meta":${meta}}`
      const messages = await ask(agent, 'tools/call', params(`${id}__echo`, metaOf(agent, '"a":1')))
      expect(messages.length).toBe(1)
      // Not by `toBe`, which would print them.
      expect(sentTo({ id }) === params('echo', metaAt(agent, era, '"a":1'))).toBe(true)
      const result = resultAt(agent, era, 'tools/call', `"content":[],"unknown":{"a":${large}}`)
      expect(messages[0] === answer(result as string)).toBe(true)
    }
  }
})
