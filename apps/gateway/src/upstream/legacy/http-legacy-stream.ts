/** The GET stream of a legacy upstream: where it tells that its lists changed, and where some ask what belongs to a call. */
import { SseReader, type StreamPlace } from '../../wire/sse.ts'
import { parseEvent, unavailable } from '../answer.ts'
import type { HttpTarget } from '../http-target.ts'
import { type NamedSession, sessionHeaders } from './legacy-session.ts'

/** How reading the stream ended: with its end, because there is none, or because the upstream does not know the session. */
export type LegacyStreamOutcome = 'ended' | 'refused' | 'unknown-session'

/** A message of the stream, parsed. */
export type LegacyMessage = Readonly<Record<string, unknown>>

interface Reading {
  credential: string | undefined
  signal: AbortSignal
  onOpen(): void
  onMessage(message: LegacyMessage, data: string): void
  /** Whether nothing more of the stream matters; asked after each message. */
  isDone?(): boolean
  /** Where an earlier stream stopped, and from then on this one; without it the stream begins anew. */
  place?: StreamPlace
  /** Bound on one event. */
  maxCharacters?: number
}

const MAX_EVENT_CHARACTERS = 1024 * 1024
/** What says nothing about whether there is a stream at other times. */
const PASSING = new Set([401, 403, 408, 409, 429, 500, 502, 503, 504])

/**
 * Opens the stream and reads it to its end.
 * @throws when it breaks, or cannot be opened for now
 */
export async function readLegacyStream(
  target: Pick<HttpTarget, 'upstream' | 'others' | 'path' | 'headers'>,
  session: NamedSession,
  reading: Reading,
): Promise<LegacyStreamOutcome> {
  const { 'content-type': _none, ...headers } = sessionHeaders(target, session, reading.credential)
  const others = await target.others()
  const answer = await others.request({
    path: target.path,
    method: 'GET',
    headers: {
      ...headers,
      accept: 'text/event-stream',
      ...(reading.place?.lastEventId === undefined ? {} : { 'last-event-id': reading.place.lastEventId }),
    },
    signal: reading.signal,
  })
  const { statusCode, body } = answer
  if (statusCode !== 200 || !String(answer.headers['content-type']).startsWith('text/event-stream')) {
    await body.dump()
    if (PASSING.has(statusCode)) throw unavailable(target.upstream, `it answered HTTP ${statusCode}`)
    return statusCode === 404 || statusCode === 400 ? 'unknown-session' : 'refused'
  }
  reading.onOpen()
  const onEvent = (data: string) => {
    if (!reading.isDone?.()) reading.onMessage(parseEvent(data, target.upstream), data)
  }
  const reader = new SseReader(reading.maxCharacters ?? MAX_EVENT_CHARACTERS, onEvent, reading.place)
  for await (const chunk of body) {
    reader.push(chunk as Uint8Array)
    if (reading.isDone?.()) break
  }
  return 'ended'
}
