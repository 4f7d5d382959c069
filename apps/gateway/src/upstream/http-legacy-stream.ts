/** The GET stream of a legacy upstream: where it tells that its lists changed. */
import type { Dispatcher } from 'undici'
import { SseReader } from '../wire/sse.ts'
import type { ListKind } from './connection.ts'
import { type LegacySession, sessionHeaders } from './http-legacy.ts'
import { type HttpTarget, parseEvent } from './http-modern.ts'

interface StreamLife {
  credential: () => Promise<string | undefined>
  signal: AbortSignal
  onListChanged(kind: ListKind): void
}

const MAX_EVENT_CHARACTERS = 1024 * 1024
const REOPEN_MS = 1_000
const MAX_FAILURES = 3

/**
 * Listens until the signal is aborted, opening the stream again when it ends.
 * @returns why the connection is of no more use, or `undefined` when the upstream offers no stream
 */
export async function listenLegacy(
  target: HttpTarget,
  session: LegacySession,
  life: StreamLife,
): Promise<string | undefined> {
  for (let failures = 0; failures < MAX_FAILURES; ) {
    try {
      const status = await readStream(target, session, life)
      if (status === 404) return 'it lost the session'
      if (status !== 200) return undefined
      failures = 0
    } catch {
      failures++
    }
    if (life.signal.aborted) return undefined
    await new Promise((resolve) => setTimeout(resolve, REOPEN_MS * (failures + 1)).unref())
  }
  return 'its event stream broke'
}

async function readStream(target: HttpTarget, session: LegacySession, life: StreamLife): Promise<number> {
  const { 'content-type': _none, ...headers } = sessionHeaders(target, session, await life.credential())
  const options: Dispatcher.RequestOptions = {
    path: target.path,
    method: 'GET',
    headers: { ...headers, accept: 'text/event-stream' },
    signal: life.signal,
  }
  const { statusCode, body, headers: answered } = await target.dispatcher.request(options)
  if (statusCode !== 200 || !String(answered['content-type']).startsWith('text/event-stream')) {
    await body.dump()
    return statusCode === 200 ? 405 : statusCode
  }
  const reader = new SseReader(MAX_EVENT_CHARACTERS, (data) => {
    const kind = /^notifications\/(tools|prompts|resources)\/list_changed$/.exec(
      String(parseEvent(data, target.upstream).method),
    )?.[1]
    if (kind) life.onListChanged(kind as ListKind)
  })
  for await (const chunk of body) reader.push(chunk as Uint8Array)
  return statusCode
}
