/** Calls of several callers at once, all under the same ids, in both eras and to upstreams of both: every answer must be the caller's own. */
import { decodeJwt } from 'jose'
import { Pool } from 'undici'
import { json, legacy, modern, type Received, resultOf, startScripts } from '../fixtures/scripted-upstream.ts'
import { startGateway } from './start-gateway.ts'
import { startTestIssuer } from './test-issuer.ts'

/** How it went. */
export interface Interleaved {
  calls: number
  /** What was not the caller's own, or failed; at most ten of them. */
  crossed: string[]
  /** Upstream sessions, each with all callers that it saw. */
  sessions: ReadonlyMap<string, ReadonlySet<string>>
}

type Era = 'modern' | 'legacy'

/** One caller's calls, one after the other, over a connection of its own. */
interface Lane {
  name: string
  credential: string
  /** As the upstream is told. */
  identity: string
  era: Era
  upstream: Era
  ids: readonly unknown[]
}

interface Asked {
  pool: Pool
  headers: Record<string, string>
}

const LANES_EACH = 2
/** In the spellings that clients send; every lane counts through the same ones. */
const IDS: readonly unknown[] = [
  0,
  1,
  '1',
  '',
  'same',
  -1,
  9_007_199_254_740_991,
  '00000000-0000-4000-8000-000000000000',
]
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
}

/** Makes `calls` calls of two agents and of two users of one of them, and compares each answer with its question. */
export async function interleave(calls: number): Promise<Interleaved> {
  const sessions = new Map<string, Set<string>>()
  const upstreams = await startUpstreams(sessions)
  const issuer = await startTestIssuer()
  const settings = { auth: { mode: 'gateway' }, concurrency: 100, tools: { echo: { effect: 'read' } } }
  const gateway = await startGateway({
    upstreams: {
      modern: { url: upstreams.url('modern'), ...settings },
      legacy: { url: upstreams.url('legacy'), ...settings },
    },
    agents: { ops: { roles: ['operator'] }, bot: { roles: ['operator'] } },
    auth: { issuers: [{ issuer: issuer.url }] },
  })
  try {
    await gateway.ready('modern', 'legacy')
    const url = `${gateway.url}/mcp`
    const tokenOf = (sub: string) => {
      const iat = Math.floor(Date.now() / 1_000)
      return issuer.token({ claims: { aud: url, sub, iat, exp: iat + 3_600 } })
    }
    const callers = [
      { identity: 'ops', credential: gateway.key('ops') },
      { identity: 'bot', credential: gateway.key('bot') },
      { identity: 'bot for ada', credential: tokenOf('ada') },
      { identity: 'bot for bob', credential: tokenOf('bob') },
    ]
    const lanes = callers.flatMap((caller) => lanesOf(caller))
    const crossed: string[] = []
    const each = Math.ceil(calls / lanes.length)
    const pool = new Pool(new URL(url).origin, { connections: lanes.length, pipelining: 1 })
    await Promise.all(lanes.map((lane) => runLane(lane, each, { pool, crossed })))
    await pool.close()
    return { calls: each * lanes.length, crossed: crossed.slice(0, 10), sessions }
  } finally {
    await gateway.close()
    await Promise.all([upstreams.close(), issuer.stop()])
  }
}

function lanesOf(caller: Pick<Lane, 'identity' | 'credential'>): Lane[] {
  const eras: Era[] = ['modern', 'legacy']
  return eras.flatMap((era) =>
    eras.flatMap((upstream) =>
      Array.from({ length: LANES_EACH }, (_, index) => {
        const name = `${caller.identity}, ${era} to ${upstream}, ${index}`
        return { ...caller, name, era, upstream, ids: IDS }
      }),
    ),
  )
}

async function runLane(lane: Lane, calls: number, { pool, crossed }: { pool: Pool; crossed: string[] }): Promise<void> {
  const asked: Asked = { pool, headers: await headersOf(lane, pool) }
  for (let count = 0; count < calls; count++) {
    const id = lane.ids[count % lane.ids.length]
    const marker = `${lane.name} #${count}`
    const said = await call(asked, lane, { id, marker }).catch((error: unknown) => String(error))
    const expected = JSON.stringify([id, marker, lane.identity])
    if (said !== expected) crossed.push(`wanted ${expected}, got ${said}`)
  }
}

async function headersOf({ era, upstream, credential }: Lane, pool: Pool): Promise<Record<string, string>> {
  const headers = {
    authorization: `Bearer ${credential}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  }
  if (era === 'modern')
    return {
      ...headers,
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': `${upstream}__echo`,
    }
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'lane', version: '1' } }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params })
  const began = await pool.request({ path: '/mcp', method: 'POST', headers, body })
  await began.body.dump()
  return { ...headers, 'mcp-session-id': String(began.headers['mcp-session-id']) }
}

async function call(
  { pool, headers }: Asked,
  { era, upstream }: Lane,
  { id, marker }: { id: unknown; marker: string },
): Promise<string> {
  const params = { name: `${upstream}__echo`, arguments: { marker }, ...(era === 'modern' ? { _meta: META } : {}) }
  const body = JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params })
  const answer = await pool.request({ path: '/mcp', method: 'POST', headers, body })
  const text = await answer.body.text()
  const message = JSON.parse(/^data: (\{.*)$/m.exec(text)?.[1] ?? text) as {
    id: unknown
    result?: { content: { text: string }[] }
  }
  const content = message.result?.content.map((part) => part.text)
  return content ? JSON.stringify([message.id, ...content]) : text
}

/** Two upstreams that answer with what they were asked, and by whom. */
function startUpstreams(sessions: Map<string, Set<string>>) {
  const answer = ({ id, headers, params }: Received) => {
    const identity = identityIn(headers.authorization)
    const session = headers['mcp-session-id']
    if (typeof session === 'string') sessions.set(session, (sessions.get(session) ?? new Set()).add(identity))
    const { marker } = params.arguments as { marker: string }
    const content = [marker, identity].map((text) => ({ type: 'text', text }))
    return resultOf(id, { content, resultType: 'complete' })
  }
  return startScripts({
    modern: modern({
      lists: () => ({ tools: [{ name: 'echo', inputSchema: { type: 'object' } }] }),
      on: { 'tools/call': (request, response) => json(response, answer(request)) },
    }),
    legacy: legacy(['echo'], {
      call: (request, response) => json(response, answer(request).replace(',"resultType":"complete"', '')),
    }),
  })
}

function identityIn(authorization = ''): string {
  const { sub, act } = decodeJwt(authorization.replace('Bearer ', '')) as { sub: string; act?: { sub: string } }
  return act ? `${act.sub} for ${sub}` : sub
}
