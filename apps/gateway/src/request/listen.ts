/** Open streams: `subscriptions/listen` of modern clients and the GET stream of legacy ones, told when their caller's view has changed. */
import type { ServerResponse } from 'node:http'
import { GatewayError } from '../errors.ts'
import type { Gateway } from '../gateway.ts'
import type { Session } from '../identity/session-seal.ts'
import { isObject } from '../wire/envelope.ts'
import { notificationText, resultText } from '../wire/jsonrpc.ts'
import { SUBSCRIPTION_ID_META } from '../wire/revisions.ts'
import { eventText, KEEP_ALIVE, retryText } from '../wire/sse.ts'
import { authenticate } from './authenticate.ts'
import type { Caller } from './caller.ts'
import { type Listener, signaturesOf, WATCHED, type Watched } from './heard-lists.ts'
import type { Inbound } from './read.ts'
import type { Exchange } from './receive.ts'
import { ownerOf, watchWanted } from './subscribe.ts'
import { MAX_URIS, type Wanted } from './subscriptions.ts'
import { type View, viewOf } from './view.ts'

/** A stream that is open now. */
export interface OpenStream {
  /** Number of the legacy session that it belongs to. */
  readonly session: number | undefined
  readonly caller: string
  /** Compares the view with what the client last heard of, and tells the difference. */
  check(): void
  /** Tells that a resource changed, if the client wants to hear of it and may still read it. */
  updated(uri: string): void
  /** Ends the stream in the way its era calls graceful. */
  end(): void
}

interface Opening {
  exchange: Exchange
  caller: Caller
  view: View
  gateway: Gateway
}

/** A stream's way of saying things, in its era's words. */
interface Says {
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
/** Clients give up after a few attempts, so the pause between them must be long enough for a restart; and they must not all come back at once. */
const MIN_RETRY_MS = 1_500
const RETRY_JITTER_MS = 1_000
const MAX_STREAMS = 12_000
/** A client that leaves more than this unread has to listen anew. */
const MAX_UNREAD_BYTES = 1024 * 1024

/**
 * Serves `subscriptions/listen` (2026-07-28, "Subscriptions").
 * @throws GatewayError not_acceptable | invalid_params | overloaded
 */
export async function listen(opening: Opening & { inbound: Inbound }): Promise<void> {
  if (!opening.exchange.acceptsEvents)
    throw new GatewayError('not_acceptable', 'Cannot listen: the Accept header leaves out text/event-stream')
  const { message } = opening.inbound
  const { notifications } = message.params
  if (!isObject(notifications))
    throw new GatewayError('invalid_params', 'Cannot listen: params.notifications must be an object')
  const wanted = WATCHED.filter((kind) => notifications[`${kind}ListChanged`] === true)
  const meta = `"_meta":{${JSON.stringify(SUBSCRIPTION_ID_META)}:${message.idText}}`
  const resources = wantedResources(notifications.resourceSubscriptions, opening.view)
  const honoured = JSON.stringify({
    ...Object.fromEntries(wanted.map((kind) => [`${kind}ListChanged`, true])),
    ...(resources.size > 0 ? { resourceSubscriptions: [...resources.keys()] } : {}),
  })
  const { gateway } = opening
  checkRoom(gateway)
  if (resources.size > 0) {
    gateway.subscriptions.addStream(resources, opening.caller.agent)
    // What the acknowledgement promises must hold by then.
    await watchWanted(gateway)
    if (opening.exchange.response.destroyed) {
      gateway.subscriptions.removeStream(resources)
      void watchWanted(gateway)
      return
    }
  }
  const updated = (uri: string) =>
    notificationText('notifications/resources/updated', `{"uri":${JSON.stringify(uri)},${meta}}`)
  const stream = openStream(opening, wanted, {
    changed: (kind) => notificationText(`notifications/${kind}/list_changed`, `{${meta}}`),
    updated,
    wanted: () => resources,
    session: undefined,
    greeting: eventText(
      notificationText('notifications/subscriptions/acknowledged', `{"notifications":${honoured},${meta}}`),
    ),
    farewell: resultText(message.idText as string, `{"resultType":"complete",${meta}}`),
  })
  stream.once('close', () => {
    if (gateway.subscriptions.removeStream(resources)) void watchWanted(gateway)
  })
  // While the gateway was away nobody watched for it.
  if (gateway.heard.isBack(listenerOf(opening, undefined)))
    for (const uri of resources.keys()) tell(stream, updated(uri))
}

/**
 * Serves the legacy GET stream, with or without a session.
 * @throws GatewayError overloaded
 */
export function openLegacyStream(opening: Opening & { session: Session | undefined }): void {
  const { session, gateway, exchange } = opening
  checkRoom(gateway)
  const updated = (uri: string) => notificationText('notifications/resources/updated', `{"uri":${JSON.stringify(uri)}}`)
  const response = openStream(opening, WATCHED, {
    changed: (kind) => notificationText(`notifications/${kind}/list_changed`),
    updated,
    wanted: () => (session ? gateway.subscriptions.ofSession(session.number) : new Map()),
    session,
    greeting: retryText(MIN_RETRY_MS + Math.random() * RETRY_JITTER_MS) + KEEP_ALIVE,
    farewell: undefined,
  })
  if (!session) return
  const missed = gateway.subscriptions.openStream(session)
  response.once('close', () => gateway.subscriptions.closeStream(session.number))
  for (const uri of missed) if (isReadable(uri, currentView(exchange, gateway))) tell(response, updated(uri))
  if (gateway.subscriptions.ofSession(session.number).size > 0) void watchWanted(gateway)
}

function openStream(opening: Opening, wanted: readonly Watched[], says: Says): ServerResponse {
  const { exchange, caller, view, gateway } = opening
  const { response, requestId } = exchange
  const { session } = says
  const listener = listenerOf(opening, session)
  let heard = signaturesOf(view)
  const stream: OpenStream = {
    session: session?.number,
    caller: caller.agent,
    check() {
      const now = currentView(exchange, gateway)
      if (!now || hasEnded(session, gateway)) return stream.end()
      const next = signaturesOf(now)
      const changed = WATCHED.filter((kind) => next[kind] !== heard[kind])
      if (changed.length === 0) return
      heard = next
      gateway.heard.hear(listener, next)
      for (const kind of wanted) if (changed.includes(kind)) tell(response, says.changed(kind))
    },
    updated(uri) {
      if (says.wanted().has(uri) && isReadable(uri, currentView(exchange, gateway))) tell(response, says.updated(uri))
    },
    end() {
      response.end(says.farewell === undefined ? undefined : eventText(says.farewell))
    },
  }
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
    'X-Request-Id': requestId,
  })
  response.write(says.greeting)
  // What a session's other stream was told may have reached nobody, if this one takes its place.
  const isSecond = session && gateway.subscriptions.isListening(session.number)
  const unheard = gateway.heard.hear(listener, heard)
  const news = isSecond ? WATCHED : unheard
  for (const kind of wanted) if (news.includes(kind)) tell(response, says.changed(kind))
  const keepAlive = setInterval(() => {
    response.write(KEEP_ALIVE)
    stream.check()
  }, KEEP_ALIVE_MS)
  gateway.streams.add(stream)
  response.once('close', () => {
    clearInterval(keepAlive)
    gateway.streams.delete(stream)
  })
  return response
}

function checkRoom({ streams }: Gateway): void {
  if (streams.size >= MAX_STREAMS) throw new GatewayError('overloaded', 'Cannot open a stream: too many are open')
}

function listenerOf({ caller, exchange }: Opening, session: Session | undefined): Listener {
  return { session: session?.number, agent: caller.agent, route: exchange.route ?? '' }
}

// A session whose row cannot be read now has not ended for that.
function hasEnded(session: Session | undefined, gateway: Gateway): boolean {
  try {
    return session !== undefined && !gateway.sessions.goesOn(session)
  } catch {
    return false
  }
}

function tell(response: ServerResponse, text: string): void {
  if (response.writableLength > MAX_UNREAD_BYTES) response.destroy()
  else response.write(eventText(text))
}

function wantedResources(uris: unknown, view: View): Wanted {
  if (!Array.isArray(uris)) return new Map()
  const readable = uris.filter((uri): uri is string => typeof uri === 'string' && isReadable(uri, view))
  return new Map(readable.slice(0, MAX_URIS).map((uri) => [uri, ownerOf(uri, view)]))
}

function isReadable(uri: string, view: View | undefined): boolean {
  try {
    return view !== undefined && ownerOf(uri, view) !== ''
  } catch {
    return false
  }
}

// A credential that was revoked or has expired since ends its streams; a permission that went is gone from the view.
function currentView(exchange: Exchange, gateway: Gateway): View | undefined {
  try {
    return viewOf(gateway.catalog.current, authenticate(exchange, gateway).policy, exchange.route)
  } catch {
    return undefined
  }
}
