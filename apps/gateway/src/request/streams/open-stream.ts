/** Event streams of either era: kept open, told when their caller's view or a resource has changed, and told at once what may have changed before. */
import { GatewayError } from '../../errors.ts'
import type { Gateway } from '../../gateway.ts'
import type { Session } from '../../identity/session-seal.ts'
import { eventText, KEEP_ALIVE } from '../../wire/sse.ts'
import { authenticateAgain } from '../authenticate.ts'
import type { Caller } from '../caller.ts'
import type { Exchange, McpResponse } from '../receive.ts'
import { type View, viewOf } from '../view.ts'
import { type Listener, signaturesOf, WATCHED, type Watched } from './heard-lists.ts'
import { ownerOf } from './subscribe.ts'
import type { Update } from './subscriptions.ts'

/** A stream that is open now. */
export interface OpenStream {
  /** Number of the legacy session that it belongs to. */
  readonly session: number | undefined
  /** Id of the caller. */
  readonly caller: string
  /** Which of its era's two kinds: a modern `subscriptions/listen`, or a legacy client's GET. */
  readonly kind: 'listen' | 'events'
  /** Compares the view with what the client last heard of, and tells the difference. */
  check(): void
  /** Tells that a resource changed, if the client wants to hear of it and may still read it. */
  updated(update: Update): void
  /** Ends the stream in the way its era calls graceful. */
  end(): void
}

/** Whose stream is to be opened, and what is to be seen there. */
export interface Opening {
  exchange: Exchange
  caller: Caller
  view: View
  gateway: Gateway
}

/** A stream's way of saying things, in its era's words. */
export interface Says {
  changed(kind: Watched): string
  updated(uri: string): string
  /** The resources that the client wants to hear of now. */
  wanted(): ReadonlyMap<string, string>
  session: Session | undefined
  /** What stands first on the stream. */
  greeting: string
  farewell: string | undefined
}

const KEEP_ALIVE_MS = 15_000
/** Beyond it timers fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1
const MAX_STREAMS = 12_000
const STREAM_RETRY_MS = 30_000
/** A client that leaves more than this unread has to listen anew. */
const MAX_UNREAD_BYTES = 1024 * 1024

/**
 * Makes sure that there is room for another stream.
 * @throws GatewayError overloaded | rate_limited
 */
export function checkRoom({ caller, gateway }: Pick<Opening, 'caller' | 'gateway'>): void {
  const { streams, limits } = gateway
  if (streams.size >= MAX_STREAMS) {
    limits.count('global')
    throw new GatewayError('overloaded', 'Cannot open a stream: too many are open')
  }
  const share = limits.shareOf(caller.agent)
  const most = share.limits.streams
  if (most > 0 && share.streams >= most) {
    const message = `Cannot open a stream: ${most} of this agent are open, and it may have no more`
    throw limits.refuse(caller, { scope: 'streams', message, retryAfterMs: STREAM_RETRY_MS })
  }
}

/** Opens a stream and keeps it. */
export function openStream(opening: Opening, wanted: readonly Watched[], says: Says): McpResponse {
  const { exchange, caller, view, gateway } = opening
  const { response } = exchange
  const { session } = says
  const stream = streamOf(opening, wanted, says)
  writeHead(exchange)
  response.write(says.greeting)
  // What a session's other stream was told may have reached nobody, if this one takes its place.
  const isSecond = session && gateway.subscriptions.isListening(session.number)
  const unheard = gateway.heard.hear(listenerOf(opening, session), signaturesOf(view))
  const news = isSecond ? WATCHED : unheard
  for (const kind of wanted) if (news.includes(kind)) tell(response, says.changed(kind))
  const keepAlive = setInterval(() => {
    response.write(KEEP_ALIVE)
    stream.check()
  }, KEEP_ALIVE_MS)
  const lifeMs = caller.expiresAtMs - Date.now()
  // Timers may fire a little early.
  const ending = lifeMs < MAX_TIMER_MS ? setTimeout(stream.check, Math.max(0, lifeMs) + 5) : undefined
  const share = gateway.limits.shareOf(caller.agent)
  share.streams++
  gateway.streams.add(stream)
  response.once('close', () => {
    share.streams--
    clearInterval(keepAlive)
    clearTimeout(ending)
    gateway.streams.delete(stream)
  })
  return response
}

function streamOf(opening: Opening, wanted: readonly Watched[], says: Says): OpenStream {
  const { exchange, caller, view, gateway } = opening
  const { response } = exchange
  const { session } = says
  const listener = listenerOf(opening, session)
  let heard = signaturesOf(view)
  const stream: OpenStream = {
    session: session?.number,
    caller: caller.id,
    kind: exchange.request.method === 'GET' ? 'events' : 'listen',
    check() {
      const now = currentView(opening)
      if (!now || hasEnded(session, gateway)) return stream.end()
      const next = signaturesOf(now)
      const changed = WATCHED.filter((kind) => next[kind] !== heard[kind])
      if (changed.length === 0) return
      heard = next
      gateway.heard.hear(listener, next)
      for (const kind of wanted) if (changed.includes(kind)) tell(response, says.changed(kind))
    },
    updated({ uri, upstream }) {
      const isWanted = says.wanted().get(uri) === upstream
      if (isWanted && isReadable(uri, currentView(opening))) tell(response, says.updated(uri))
    },
    end() {
      response.end(says.farewell === undefined ? undefined : eventText(says.farewell))
    },
  }
  return stream
}

function writeHead({ response, requestId }: Exchange): void {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
    'X-Request-Id': requestId,
  })
}

/** Whose stream it is, to those who know what was heard on it. */
export function listenerOf({ caller, exchange }: Opening, session: Session | undefined): Listener {
  return { session: session?.number, agent: caller.agent, route: exchange.route ?? '' }
}

/** Sends one message, unless the client has long stopped reading. */
export function tell(response: McpResponse, text: string): void {
  if (response.writableLength > MAX_UNREAD_BYTES) response.destroy()
  else response.write(eventText(text))
}

/** Whether the caller of this view may read the resource. */
export function isReadable(uri: string, view: View | undefined): boolean {
  try {
    return view !== undefined && ownerOf(uri, view) !== ''
  } catch {
    return false
  }
}

// A session whose row cannot be read now has not ended for that.
function hasEnded(session: Session | undefined, gateway: Gateway): boolean {
  try {
    return session !== undefined && !gateway.sessions.goesOn(session)
  } catch {
    return false
  }
}

/** What the caller sees now. A credential that was revoked or has expired since ends its streams; a permission that went is gone from the view. */
export function currentView({ exchange, caller, gateway }: Omit<Opening, 'view'>): View | undefined {
  try {
    return viewOf(gateway.catalog.current, authenticateAgain(exchange, caller, gateway).policy, exchange.route)
  } catch {
    return undefined
  }
}
