/** The GET stream of legacy clients, with or without a session. */
import type { Session } from '../../identity/session-seal.ts'
import { notificationText } from '../../wire/jsonrpc.ts'
import { KEEP_ALIVE, retryText } from '../../wire/sse.ts'
import { WATCHED } from './heard-lists.ts'
import { checkRoom, currentView, isReadable, type Opening, openStream, tell } from './open-stream.ts'
import { watchWanted } from './subscribe.ts'

/** Clients give up after a few attempts, so the pause between them must be long enough for a restart; and they must not all come back at once. */
const MIN_RETRY_MS = 1_500
const RETRY_JITTER_MS = 1_000

/**
 * Opens the stream, and tells a session what it may have missed.
 * @throws GatewayError overloaded | rate_limited
 */
export function openLegacyStream(opening: Opening & { session: Session | undefined }): void {
  const { session, gateway } = opening
  checkRoom(opening)
  // Its end was told already, while the caller was looked up, and would not be told to the stream.
  if (opening.exchange.response.destroyed) return
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
  const tellMissed = () => {
    // The next stream of a client that has gone meanwhile has to tell it.
    if (response.destroyed) gateway.subscriptions.putBack(session.number, missed)
    else for (const uri of missed) if (isReadable(uri, currentView(opening))) tell(response, updated(uri))
  }
  // What the client reads again when it is told must not change unheard.
  if (gateway.subscriptions.ofSession(session.number).size > 0) void watchWanted(gateway).then(tellMissed)
}
