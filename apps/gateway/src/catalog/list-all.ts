/** The `list` step: reads every page of every list an upstream offers, within bounds. */
import { GatewayError } from '../errors.ts'
import { invalid } from '../upstream/answer.ts'
import type { Connection } from '../upstream/connection.ts'
import { GATEWAY_META } from '../upstream/handshake.ts'
import { OWN_CALL } from '../upstream/own-call.ts'
import { servesSkills } from '../wire/extensions.ts'
import { elementsOf, membersOf } from '../wire/json-span.ts'
import { readOrigins } from '../wire/origins.ts'
import { KINDS, type Kind, type LeftOut, LISTS } from './definition.ts'

/** Bounds on one upstream's lists. */
export const LIST_LIMITS = {
  pages: 50,
  definitions: 2_000,
  listBytes: 4 * 1024 * 1024,
  definitionBytes: 64 * 1024,
  /** An entry names up to 512 files. */
  skillBytes: 512 * 1024,
} as const

/** A definition as it stands in a list answer. */
export interface RawDefinition {
  text: string
  value: unknown
}

/** What is listed, and by whom. */
export interface ListSource {
  upstream: string
  connection: Connection
  credential: string | undefined
  /** How long one page may take. */
  pageMs: number
  /** Ends the listing, because nobody needs it any more. */
  signal: AbortSignal
}

/** All that an upstream listed. */
export interface Listed {
  /** A list is missing when the upstream refused it. */
  lists: Partial<Record<Kind, RawDefinition[]>>
  /** Where a list was refused or ends before its end, and why. */
  cut: LeftOut[]
  /** Pseudonyms of the gateways that the lists have come through. */
  origins: string[]
}

const LIST_MS = 60_000

/**
 * Lists everything the upstream's capabilities promise.
 * @throws GatewayError upstream_* | result_too_large when the upstream is of no use, which without its tools it is
 */
export async function listAll(source: ListSource): Promise<Listed> {
  const { capabilities } = source.connection.identity
  const offers = {
    tools: capabilities.tools,
    prompts: capabilities.prompts,
    resources: capabilities.resources,
    templates: capabilities.resources,
    skills: servesSkills(capabilities),
  }
  const cut: LeftOut[] = []
  const origins = new Set<string>()
  // The first list that fails ends the others.
  const over = new AbortController()
  const signal = AbortSignal.any([source.signal, over.signal])
  try {
    const lists = await Promise.all(
      KINDS.map(
        async (kind) =>
          [kind, offers[kind] ? await listKind(kind, { ...source, signal }, { cut, origins }) : []] as const,
      ),
    )
    return { lists: Object.fromEntries(lists.filter(([, list]) => list !== undefined)), cut, origins: [...origins] }
  } finally {
    over.abort()
  }
}

async function listKind(
  kind: Kind,
  source: ListSource,
  { cut, origins }: { cut: LeftOut[]; origins: Set<string> },
): Promise<RawDefinition[] | undefined> {
  const found: RawDefinition[] = []
  const stop = (reason: string) => {
    cut.push({ kind, name: '*', reason })
    return found.slice(0, LIST_LIMITS.definitions)
  }
  const seen = new Set<string>()
  const deadlineMs = performance.now() + LIST_MS
  let cursor: string | undefined
  let bytes = 0
  for (let page = 0; page < LIST_LIMITS.pages; page++) {
    const answer = await askPage(LISTS[kind].method, cursor, source)
    if (answer.error) return refused(kind, answer.error, { source, cut })
    for (const origin of readOrigins(answer.result)) origins.add(origin)
    bytes += Buffer.byteLength(answer.text)
    if (bytes > LIST_LIMITS.listBytes) return stop(`its list is larger than ${LIST_LIMITS.listBytes} bytes`)
    found.push(...readPage(kind, answer, source.upstream))
    if (found.length > LIST_LIMITS.definitions)
      return stop(`its list is longer than ${LIST_LIMITS.definitions} definitions`)
    const next = answer.result.nextCursor
    if (typeof next !== 'string' || next === '') return found
    if (seen.has(next)) return stop('the cursors of its list go round in circles')
    if (performance.now() > deadlineMs) return stop(`its list took longer than ${LIST_MS / 1_000} s`)
    seen.add(next)
    cursor = next
  }
  return stop(`its list has more than ${LIST_LIMITS.pages} pages`)
}

// Resource templates came late: an upstream with resources may well not know the method.
function refused(
  kind: Kind,
  error: { code: number },
  { source, cut }: { source: ListSource; cut: LeftOut[] },
): RawDefinition[] | undefined {
  const { method } = LISTS[kind]
  if (error.code === -32601) return []
  if (kind === 'tools') throw invalid(source.upstream, `it refused ${method} with error ${error.code}`, error)
  cut.push({ kind, name: '*', reason: `it refused ${method} with error ${error.code}` })
  return undefined
}

async function askPage(method: string, cursor: string | undefined, source: ListSource) {
  const { upstream, connection, credential, pageMs } = source
  const cursorText = cursor === undefined ? '' : `"cursor":${JSON.stringify(cursor)}`
  const metaText = connection.identity.era === 'modern' ? `"_meta":${GATEWAY_META}` : ''
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(tooSlow(upstream, method, pageMs)), pageMs)
  try {
    return await connection.call({
      method,
      params: `{${[cursorText, metaText].filter(Boolean).join(',')}}`,
      ...OWN_CALL,
      idText: '"causeway-list"',
      credential,
      signal: AbortSignal.any([source.signal, timeout.signal]),
      maxBytes: LIST_LIMITS.listBytes,
    })
  } finally {
    clearTimeout(timer)
  }
}

function tooSlow(upstream: string, method: string, pageMs: number): GatewayError {
  return new GatewayError(
    'upstream_timeout',
    `Cannot list upstream "${upstream}": no answer to ${method} in ${pageMs / 1_000} s`,
    { upstream, retryable: true },
  )
}

function readPage(
  kind: Kind,
  answer: { text: string; result: Record<string, unknown> },
  upstream: string,
): RawDefinition[] {
  const { key, method } = LISTS[kind]
  const { text, result } = answer
  const resultMember = membersOf(text, 0).findLast((member) => member.key === 'result')
  const list = resultMember && membersOf(text, resultMember.start).findLast((member) => member.key === key)
  if (!list || !Array.isArray(result[key])) throw invalid(upstream, `its ${method} result has no ${key}`)
  // Text is what agents are given, so text is what is checked.
  return elementsOf(text, list.start).map(({ start, end }) => {
    const element = text.slice(start, end)
    return { text: element, value: JSON.parse(element) }
  })
}
