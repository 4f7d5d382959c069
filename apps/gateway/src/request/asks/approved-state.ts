/** The `requestState` of a call that a person has to approve: what the later requests of the same call go by, and no other call. */
import type { Sealer } from '@causeway/shared-contracts/sealer'
import { GatewayError } from '../../errors.ts'
import { parseEnvelope } from '../../wire/envelope.ts'
import { membersOf, withMembers } from '../../wire/json-span.ts'
import { requestText } from '../../wire/jsonrpc.ts'
import type { Inbound } from '../read.ts'
import type { Decided } from '../route.ts'
import { requestDigest } from './request-digest.ts'

/** Longest time between two requests of one call, ms. */
const STATE_MS = 60 * 60_000

/** What a state says: that its caller is asked for the approval itself, or with which round an approved call goes on. */
export interface ApprovedState {
  /** Of the approval. */
  id: string
  /** Rounds that were sent; 0 while the approval is asked for. */
  round: number
  /** JSON text of the upstream's own state. */
  inner: string | null
}

/** Seals a state for this very caller, request and definition. */
export function sealApproved(sealer: Sealer, state: ApprovedState, decided: Decided): string {
  return sealer.seal([state.id, state.round, state.inner, Date.now() + STATE_MS], boundTo(decided))
}

/**
 * The state with which a call goes on; `undefined` for its first request.
 * @throws GatewayError invalid_state for one that is not of this caller's call, and for answers without a state
 */
export function openApproved(sealer: Sealer, decided: Decided): ApprovedState | undefined {
  const { requestState, inputResponses } = decided.inbound.message.params
  if (requestState === undefined && inputResponses === undefined) return undefined
  const opened = typeof requestState === 'string' ? sealer.open(requestState, boundTo(decided)) : undefined
  if (Array.isArray(opened) && Number(opened[3]) > Date.now()) {
    const [id, round, inner] = opened as [string, number, string | null]
    return { id, round, inner }
  }
  throw new GatewayError('invalid_state', 'Cannot go on with the call: its requestState is not of this call')
}

/** The request as the upstream is to see it: with its own state, or as the first of its call. */
export function withInnerState(inbound: Inbound, { round, inner }: ApprovedState): Inbound {
  const { message } = inbound
  const changes = {
    requestState: inner ?? undefined,
    ...(round === 0 ? { inputResponses: undefined } : {}),
  }
  const params = withMembers(message.text, message.paramMembers, changes)
  const text = requestText(message.idText as string, message.method, params)
  return { ...inbound, message: parseEnvelope(Buffer.from(text)) }
}

/** An `input_required` result whose state leads back to the approval. */
export function withApprovedState(
  result: string,
  decided: Decided,
  on: { sealer: Sealer; approval: { id: string; round: number } },
): string {
  const members = membersOf(result, 0)
  const own = members.findLast(({ key }) => key === 'requestState')
  const inner = own ? result.slice(own.start, own.end) : null
  const state = sealApproved(on.sealer, { id: on.approval.id, round: on.approval.round + 1, inner }, decided)
  return withMembers(result, members, { requestState: JSON.stringify(state) })
}

function boundTo({ caller, inbound, target }: Decided): string {
  const { upstream, originalName, hash } = target.entry
  return JSON.stringify(['approval', caller.id, upstream, originalName, hash ?? null, requestDigest(inbound.message)])
}
