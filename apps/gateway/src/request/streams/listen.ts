/** `subscriptions/listen` of modern clients: the acknowledgement, and the stream behind it. */
import { GatewayError } from '../../errors.ts'
import { isObject } from '../../wire/envelope.ts'
import { notificationText, resultText } from '../../wire/jsonrpc.ts'
import { SUBSCRIPTION_ID_META } from '../../wire/revisions.ts'
import { eventText } from '../../wire/sse.ts'
import type { Inbound } from '../read.ts'
import type { View } from '../view.ts'
import { WATCHED } from './heard-lists.ts'
import { listenToTasks } from './listen-tasks.ts'
import { checkRoom, currentView, isReadable, listenerOf, type Opening, openStream, tell } from './open-stream.ts'
import { ownerOf, watchWanted } from './subscribe.ts'
import { MAX_URIS, type Wanted } from './subscriptions.ts'

/**
 * Serves `subscriptions/listen` (2026-07-28, "Subscriptions").
 * @throws GatewayError not_acceptable | invalid_params | missing_capability | overloaded | rate_limited
 */
export async function listen(opening: Opening & { inbound: Inbound }): Promise<void> {
  if (!opening.exchange.acceptsEvents)
    throw new GatewayError('not_acceptable', 'Cannot listen: the Accept header leaves out text/event-stream')
  const { message } = opening.inbound
  const notifications = filterOf(message)
  const wanted = WATCHED.filter((kind) => notifications[`${kind}ListChanged`] === true)
  const meta = `"_meta":{${JSON.stringify(SUBSCRIPTION_ID_META)}:${message.idText}}`
  const resources = wantedResources(notifications.resourceSubscriptions, opening.view)
  const { gateway, caller, exchange } = opening
  checkRoom(opening)
  const listener = { ...opening, currentView: () => currentView(opening) }
  const tasks = await listenToTasks(notifications.taskIds, listener)
  const honored = honoredText(wanted, resources, tasks.honored)
  const unwatch = () => {
    tasks.close()
    if (gateway.subscriptions.removeStream(resources)) void watchWanted(gateway)
  }
  if (resources.size > 0) {
    gateway.subscriptions.addStream(resources, caller.id)
    // What the acknowledgement promises must hold by then.
    await watchWanted(gateway)
  }
  // The client may have gone meanwhile, and nothing would close its stream any more.
  if (exchange.response.destroyed) return unwatch()
  try {
    // Others may have taken the room meanwhile.
    checkRoom(opening)
  } catch (error) {
    unwatch()
    throw error
  }
  const updated = (uri: string) =>
    notificationText('notifications/resources/updated', `{"uri":${JSON.stringify(uri)},${meta}}`)
  const stream = openStream(opening, wanted, {
    changed: (kind) => notificationText(`notifications/${kind}/list_changed`, `{${meta}}`),
    updated,
    wanted: () => resources,
    session: undefined,
    greeting: eventText(
      notificationText('notifications/subscriptions/acknowledged', `{"notifications":${honored},${meta}}`),
    ),
    farewell: resultText(message.idText as string, `{"resultType":"complete",${meta}}`),
  })
  tasks.begin((text) => tell(stream, text))
  stream.once('close', unwatch)
  // While the gateway was away nobody watched for it.
  if (gateway.heard.isBack(listenerOf(opening, undefined)))
    for (const uri of resources.keys()) tell(stream, updated(uri))
}

function filterOf({ params }: Inbound['message']): Record<string, unknown> {
  if (isObject(params.notifications)) return params.notifications
  throw new GatewayError('invalid_params', 'Cannot listen: params.notifications must be an object')
}

function honoredText(lists: readonly string[], resources: Wanted, taskIds: readonly string[]): string {
  return JSON.stringify({
    ...Object.fromEntries(lists.map((kind) => [`${kind}ListChanged`, true])),
    ...(resources.size > 0 ? { resourceSubscriptions: [...resources.keys()] } : {}),
    ...(taskIds.length > 0 ? { taskIds } : {}),
  })
}

function wantedResources(uris: unknown, view: View): Wanted {
  if (!Array.isArray(uris)) return new Map()
  const readable = uris.filter((uri): uri is string => typeof uri === 'string' && isReadable(uri, view))
  return new Map(readable.slice(0, MAX_URIS).map((uri) => [uri, ownerOf(uri, view)]))
}
