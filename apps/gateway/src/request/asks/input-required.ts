/** Modern upstreams that need input: their `input_required` passed on to a modern agent, or turned into requests to a legacy one. */
import type { Sealer } from '@causeway/shared-contracts/sealer'
import type { UpstreamConfig } from '../../config/upstream-config.ts'
import { GatewayError } from '../../errors.ts'
import { invalid, type UpstreamAnswer } from '../../upstream/answer.ts'
import { isObject } from '../../wire/envelope.ts'
import { type Member, mapMembers, membersOf, memberText, withMembers } from '../../wire/json-span.ts'
import type { Inbound } from '../read.ts'
import { isKnownAsk, labelledAsk, reasonAgainst } from './ask-rules.ts'
import type { Ask, AskAnswer } from './asks.ts'

/** Longest time between two rounds of one request, ms. */
const STATE_MS = 24 * 60 * 60_000

/** What the upstream asks, by its own keys, and the state that it wants back. */
export interface NeededInput {
  asks: ReadonlyMap<string, Ask>
  /** JSON text, if there is one. */
  requestState: string | undefined
}

/** The result as members, when it asks for input. */
function neededMembers(answer: UpstreamAnswer): { text: string; members: Member[] } | undefined {
  if (answer.result?.resultType !== 'input_required') return undefined
  const result = membersOf(answer.text, 0).findLast((member) => member.key === 'result') as Member
  return { text: answer.text, members: membersOf(answer.text, result.start) }
}

/**
 * Reads an `input_required` result; `undefined` for any other.
 * @throws GatewayError upstream_invalid
 */
export function neededInput(answer: UpstreamAnswer, upstream: string): NeededInput | undefined {
  const needed = neededMembers(answer)
  if (!needed) return undefined
  const state = needed.members.findLast((member) => member.key === 'requestState')
  return { asks: readAsks(needed, upstream), requestState: state && needed.text.slice(state.start, state.end) }
}

function readAsks({ text, members }: { text: string; members: Member[] }, upstream: string): Map<string, Ask> {
  const requests = members.findLast((member) => member.key === 'inputRequests')
  if (!requests) return new Map()
  if (text[requests.start] !== '{') throw invalid(upstream, 'its inputRequests are not an object')
  const found = membersOf(text, requests.start)
  requireOnce(found, upstream)
  return new Map(
    found.map(({ key, start, end }) => {
      if (text[start] !== '{') throw invalid(upstream, 'one of its inputRequests is not an object')
      const request = text.slice(start, end)
      requireOnce(membersOf(request, 0), upstream)
      return [key, askOf(request)]
    }),
  )
}

// Of two with one key the agent could take the other one than was judged.
function requireOnce(members: readonly Member[], upstream: string): void {
  if (new Set(members.map(({ key }) => key)).size < members.length)
    throw invalid(upstream, 'a key stands twice in its inputRequests')
}

function askOf(request: string): Ask {
  const method: unknown = JSON.parse(memberText(request, 'method') ?? '""')
  return { method: String(method), params: memberText(request, 'params') ?? '{}' }
}

/** The result of an `input_required` round as a modern agent gets it: asks labeled, state sealed where the upstream cannot tell callers apart. */
export function inputResult(asks: ReadonlyMap<string, Ask>, requestState: string | undefined): string {
  const requests = [...asks].map(
    ([key, { method, params }]) => `${JSON.stringify(key)}:{"method":${JSON.stringify(method)},"params":${params}}`,
  )
  const inputRequests = asks.size > 0 ? `,"inputRequests":{${requests.join(',')}}` : ''
  return `{"resultType":"input_required"${inputRequests}${requestState === undefined ? '' : `,"requestState":${requestState}`}}`
}

/**
 * The upstream's `input_required` for a modern agent, with nothing else of it changed.
 * @throws GatewayError input_unsupported when it asks what it may not ask
 */
export function passedOnInput(
  answer: UpstreamAnswer,
  on: { upstream: UpstreamConfig; inbound: Inbound; seal: ((state: string) => string) | undefined },
): string | undefined {
  const needed = neededMembers(answer)
  const input = neededInput(answer, on.upstream.id)
  if (!needed || !input) return undefined
  const changes: Record<string, string> = {}
  const inputRequests = shownRequests(needed, on)
  if (inputRequests !== undefined) changes.inputRequests = inputRequests
  if (input.requestState !== undefined && on.seal) changes.requestState = JSON.stringify(on.seal(input.requestState))
  return withMembers(needed.text, needed.members, changes)
}

function labelledRequest(request: string, title: string): string {
  const ask = askOf(request)
  const { params } = labelledAsk(ask, title)
  return params === ask.params ? request : withMembers(request, membersOf(request, 0), { params })
}

/**
 * The `inputRequests` among an object's members, labeled and else untouched, as JSON text; `undefined` when there are none.
 * @throws GatewayError input_unsupported when one of them asks what it may not ask
 */
export function shownRequests(
  needed: { text: string; members: Member[] },
  on: { upstream: UpstreamConfig; inbound: Inbound },
): string | undefined {
  for (const { method } of readAsks(needed, on.upstream.id).values()) requireAskable(method, on.inbound, on.upstream)
  const requests = needed.members.findLast((member) => member.key === 'inputRequests')
  if (!requests) return undefined
  const text = needed.text.slice(requests.start, requests.end)
  return mapMembers(text, (_, request) => labelledRequest(request, on.upstream.title))
}

// What extensions ask is between the agent and the upstream; the asks that the operator knows of are the operator's to allow.
function requireAskable(method: string, inbound: Inbound, upstream: UpstreamConfig): void {
  const reason = isKnownAsk(method) ? reasonAgainst(method, inbound, upstream) : undefined
  if (reason)
    throw new GatewayError('input_unsupported', `Cannot pass on what upstream "${upstream.id}" asks: ${reason}`, {
      upstream: upstream.id,
    })
}

/** The parameters of the next round: the same request with the answers and the upstream's own state. */
export function nextRound(
  params: string,
  answers: ReadonlyMap<string, AskAnswer>,
  requestState: string | undefined,
): string {
  const responses = [...answers].map(
    ([key, answer]) => `${JSON.stringify(key)}:${'result' in answer ? answer.result : '{"action":"cancel"}'}`,
  )
  return withMembers(params, membersOf(params, 0), { inputResponses: `{${responses.join(',')}}`, requestState })
}

/** Seals an upstream's state for one caller and request, for upstreams that see every agent as the same client. */
export function sealState(sealer: Sealer, stateText: string, boundTo: string): string {
  return sealer.seal([stateText, Date.now() + STATE_MS], boundTo)
}

/**
 * The upstream's own state, as JSON text.
 * @throws GatewayError invalid_state
 */
export function openState(sealer: Sealer, state: string, boundTo: string): string {
  const opened = sealer.open(state, boundTo)
  if (Array.isArray(opened) && typeof opened[0] === 'string' && Number(opened[1]) > Date.now()) return opened[0]
  throw new GatewayError('invalid_state', 'Cannot go on with the request: its requestState is not of this request')
}

/** The members of a retry's `inputResponses`, as JSON text by key. */
export function inputResponses(text: string, paramMembers: readonly Member[]): ReadonlyMap<string, string> {
  const member = paramMembers.find((each) => each.key === 'inputResponses')
  if (!member || text.charCodeAt(member.start) !== 123) return new Map()
  const responses = membersOf(text, member.start).map(({ key, start, end }) => [key, text.slice(start, end)] as const)
  return new Map(responses.filter(([, response]) => isObject(JSON.parse(response))))
}
