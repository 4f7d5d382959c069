/** The `list` step: reads every page of every list an upstream offers, within bounds. */
import { invalid } from '../upstream/answer.ts'
import type { Connection } from '../upstream/connection.ts'
import { GATEWAY_META } from '../upstream/handshake.ts'
import { CATALOG_SESSION } from '../upstream/http-legacy.ts'
import { elementsOf, membersOf } from '../wire/json-span.ts'
import { KINDS, type Kind, LISTS } from './definition.ts'

/** Bounds on one upstream's lists. */
export const LIST_LIMITS = {
  pages: 50,
  definitions: 2_000,
  listBytes: 4 * 1024 * 1024,
  definitionBytes: 64 * 1024,
} as const

/** A definition as it stands in a list answer. */
export interface RawDefinition {
  text: string
  value: unknown
}

const LIST_MS = 30_000

/**
 * Lists everything the upstream's capabilities promise.
 * @throws GatewayError upstream_*
 */
export async function listAll(
  upstream: string,
  connection: Connection,
  credential: string | undefined,
): Promise<Record<Kind, RawDefinition[]>> {
  const { capabilities } = connection.identity
  const offers = {
    tools: capabilities.tools,
    prompts: capabilities.prompts,
    resources: capabilities.resources,
    templates: capabilities.resources,
  }
  const lists = await Promise.all(
    KINDS.map((kind) => (offers[kind] ? listKind(kind, { upstream, connection, credential }) : [])),
  )
  return Object.fromEntries(KINDS.map((kind, i) => [kind, lists[i]])) as Record<Kind, RawDefinition[]>
}

interface Source {
  upstream: string
  connection: Connection
  credential: string | undefined
}

async function listKind(kind: Kind, source: Source): Promise<RawDefinition[]> {
  const found: RawDefinition[] = []
  const seen = new Set<string>()
  let cursor: string | undefined
  let bytes = 0
  for (let page = 0; page < LIST_LIMITS.pages; page++) {
    const answer = await askPage(LISTS[kind].method, cursor, source)
    // Resource templates came late: an upstream with resources may well not know the method.
    if (!answer) return found
    bytes += answer.text.length
    if (bytes > LIST_LIMITS.listBytes) return found
    found.push(...readPage(kind, answer, source.upstream))
    if (found.length > LIST_LIMITS.definitions) return found.slice(0, LIST_LIMITS.definitions)
    const next = answer.result.nextCursor
    if (typeof next !== 'string' || seen.has(next)) return found
    seen.add(next)
    cursor = next
  }
  return found
}

async function askPage(method: string, cursor: string | undefined, { upstream, connection, credential }: Source) {
  const cursorText = cursor === undefined ? '' : `"cursor":${JSON.stringify(cursor)}`
  const metaText = connection.identity.era === 'modern' ? `"_meta":${GATEWAY_META}` : ''
  const answer = await connection.call({
    method,
    params: `{${[cursorText, metaText].filter(Boolean).join(',')}}`,
    idText: '"causeway-list"',
    headers: {},
    credential,
    sessionKey: CATALOG_SESSION,
    progressToken: undefined,
    signal: AbortSignal.timeout(LIST_MS),
    maxBytes: LIST_LIMITS.listBytes,
    onNotification() {},
  })
  if (answer.error?.code === -32601) return undefined
  if (answer.error) throw invalid(upstream, `it refused ${method}`, answer.error)
  return answer
}

function readPage(
  kind: Kind,
  answer: { text: string; result: Record<string, unknown> },
  upstream: string,
): RawDefinition[] {
  const { key } = LISTS[kind]
  const values = answer.result[key]
  if (!Array.isArray(values)) throw invalid(upstream, `its ${LISTS[kind].method} result has no ${key}`)
  const { text } = answer
  const result = membersOf(text, 0).find((member) => member.key === 'result')
  const list = result && membersOf(text, result.start).find((member) => member.key === key)
  const spans = list ? elementsOf(text, list.start) : []
  return values.map((value, i) => ({ value, text: text.slice(spans[i]?.start, spans[i]?.end) }))
}
