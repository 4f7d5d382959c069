/** The rest of a call's event stream that ended or broke before the answer, from a legacy upstream that keeps events (2025-11-25, "Resumability and Redelivery"). */
import { setTimeout as sleep } from 'node:timers/promises'
import { GatewayError } from '../../errors.ts'
import { EventTooLarge, type StreamPlace } from '../../wire/sse.ts'
import { unavailable } from '../answer.ts'
import { toAbortSignal } from '../call-signal.ts'
import type { UpstreamCall } from '../connection.ts'
import { tooLarge } from '../http-post.ts'
import type { HttpTarget } from '../http-target.ts'
import { type LegacyStreamOutcome, readLegacyStream } from './http-legacy-stream.ts'
import type { LegacySession } from './legacy-session.ts'

interface Resuming {
  call: UpstreamCall
  /** Where the stream stopped. */
  place: StreamPlace
  onEvent(data: string): void
  /** Whether the answer has come. */
  isDone(): boolean
}

/** When the upstream does not say how long to wait. */
const PAUSE_MS = 1_000
const MIN_PAUSE_MS = 20
/** Attempts in a row that lead nowhere. */
const MAX_FAILURES = 4

/** What to do about a POST that failed: nothing yet if its stream broke at a place where it can be taken up, and else the failure is thrown. */
export function unlessResumable(place: StreamPlace): (error: unknown) => undefined {
  return (error) => {
    const isBroken = error instanceof GatewayError && error.code === 'upstream_unavailable'
    if (!isBroken || place.lastEventId === undefined) throw error
  }
}

/**
 * Asks for the rest, as often as the upstream ends the stream early, until the answer has come or the call's time is over.
 * @throws GatewayError upstream_unavailable | upstream_invalid | result_too_large, or what the call's signal was aborted with
 */
export async function resumeStream(target: HttpTarget, session: LegacySession, resuming: Resuming): Promise<void> {
  const { call, place, isDone } = resuming
  // One for all attempts: each would stay with the call to its end, and an upstream may have the stream read as often as it likes.
  const signal = toAbortSignal(call.signal)
  let failures = 0
  while (!isDone()) {
    await pause(place, signal)
    const before = place.lastEventId
    const outcome = await read(target, session, { ...resuming, signal })
    if (isDone()) return
    if (outcome === 'refused' || outcome === 'unknown-session')
      throw unavailable(target.upstream, 'its event stream ended early and cannot be resumed', { wasSent: true })
    failures = outcome === 'ended' || place.lastEventId !== before ? 0 : failures + 1
    if (failures === MAX_FAILURES)
      throw unavailable(target.upstream, 'its event stream broke and could not be opened again', { wasSent: true })
  }
}

async function pause({ retryMs = PAUSE_MS }: StreamPlace, signal: AbortSignal): Promise<void> {
  await sleep(Math.max(retryMs, MIN_PAUSE_MS), undefined, { signal }).catch(() => {})
  if (signal.aborted) throw signal.reason
}

async function read(
  target: HttpTarget,
  session: LegacySession,
  { call, place, onEvent, isDone, signal }: Resuming & { signal: AbortSignal },
): Promise<LegacyStreamOutcome | 'broken'> {
  try {
    return await readLegacyStream(target, session, {
      credential: call.credential,
      signal,
      place,
      maxCharacters: call.maxBytes,
      isDone,
      onOpen() {},
      onMessage: (_message, data) => onEvent(data),
    })
  } catch (error) {
    if (call.signal.aborted) throw call.signal.reason
    if (error instanceof EventTooLarge) throw tooLarge({ upstream: target.upstream, maxBytes: call.maxBytes })
    if (error instanceof GatewayError && error.code !== 'upstream_unavailable') throw error
    return 'broken'
  }
}
