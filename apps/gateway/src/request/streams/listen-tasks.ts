/** The status of tasks on a stream of `subscriptions/listen`: each upstream is listened to in the name of the one caller whose tasks they are, for as long as its stream is open. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Gateway } from '../../gateway.ts'
import { keepListening, type ListenOutcome } from '../../upstream/keep-listening.ts'
import { isObject } from '../../wire/envelope.ts'
import { membersOf, withMembers } from '../../wire/json-span.ts'
import { SUBSCRIPTION_ID_META } from '../../wire/revisions.ts'
import type { Caller } from '../caller.ts'
import { checkResult } from '../check-result.ts'
import { missingScopes } from '../check-scopes.ts'
import { decideTarget } from '../decide.ts'
import type { Inbound } from '../read.ts'
import type { Exchange } from '../receive.ts'
import { type Routed, route } from '../route.ts'
import { findTask, requireTasks } from '../targets/resolve-task.ts'
import { shownTask } from '../targets/shown-task.ts'
import type { Target } from '../targets/target.ts'
import type { View } from '../view.ts'
import { MAX_URIS } from './subscriptions.ts'

/** Who listens. */
export interface TaskListener {
  exchange: Exchange
  caller: Caller
  inbound: Inbound
  gateway: Gateway
  /** What the caller may see now; `undefined` when it may see nothing any more. */
  currentView(): View | undefined
}

/** The listening to all tasks of one stream. */
export interface TaskStream {
  /** The ids of which upstreams have promised to tell. */
  honored: readonly string[]
  /** Tells what has come and what comes, each as JSON text. */
  begin(tell: (notification: string) => void): void
  close(): void
}

/** How long the acknowledgement waits for those of the upstreams. */
const ASK_MS = 2_000
/** Bound on what comes before the stream is open: as much as may wait on it later. */
const MAX_EARLY_CHARACTERS = 1024 * 1024
const MAX_NOTIFICATION_BYTES = 4 * 1024 * 1024

let nextListen = 1

/**
 * Asks the owners of the tasks; tasks that are not the caller's are passed over in silence.
 * @throws GatewayError missing_capability
 */
export async function listenToTasks(ids: unknown, listener: TaskListener): Promise<TaskStream> {
  const wanted = Array.isArray(ids) ? ids.filter((id) => typeof id === 'string').slice(0, MAX_URIS) : []
  if (wanted.length > 0) requireTasks(listener.inbound)
  const closing = new AbortController()
  const early: string[] = []
  let earlyCharacters = 0
  const keep = (text: string) => {
    earlyCharacters += text.length
    if (earlyCharacters <= MAX_EARLY_CHARACTERS) early.push(text)
  }
  const heard: Heard = { honored: new Set(), tell: keep }
  const asked = byUpstream(wanted, listener).map((own) =>
    startListening(own, listener, { signal: closing.signal, heard }),
  )
  await Promise.race([Promise.all(asked), sleep(ASK_MS, undefined, { ref: false })])
  return {
    honored: wanted.filter((id) => heard.honored.has(id)),
    begin(tell) {
      heard.tell = tell
      for (const text of early) tell(text)
    },
    close: () => closing.abort(),
  }
}

/** Resolves once the upstream has acknowledged, or will not. */
function startListening(ids: readonly string[], listener: TaskListener, life: Omit<Life, 'onAcknowledged'>) {
  const { promise, resolve } = Promise.withResolvers<void>()
  const listen = (onOpen: () => void) => {
    const onAcknowledged = () => {
      resolve()
      onOpen()
    }
    return listenOnce(ids, listener, { ...life, onAcknowledged })
  }
  void keepListening(listen, life.signal, () => {}).finally(resolve)
  return promise
}

function byUpstream(ids: readonly string[], listener: TaskListener): string[][] {
  const upstreams = new Map<string, string[]>()
  const view = listener.currentView()
  for (const id of ids) {
    const upstream = view && find(id, view, listener)?.entry.upstream
    if (upstream !== undefined) upstreams.set(upstream, [...(upstreams.get(upstream) ?? []), id])
  }
  return [...upstreams.values()]
}

function find(id: string, view: View, { caller, gateway }: TaskListener): Target | undefined {
  const target = findTask(id, view, { caller, taskIds: gateway.taskIds })
  return target && missingScopes(target, view, caller).length === 0 ? target : undefined
}

interface Heard {
  /** The agent's ids that upstreams have acknowledged. */
  honored: Set<string>
  tell(notification: string): void
}

interface Life {
  signal: AbortSignal
  heard: Heard
  onAcknowledged(): void
}

/** Listens to one upstream until its stream ends. */
async function listenOnce(ids: readonly string[], listener: TaskListener, life: Life): Promise<ListenOutcome> {
  const view = listener.currentView()
  const found = view ? ids.map((id) => ({ id, target: find(id, view, listener) })) : []
  const own = new Map(found.flatMap(({ id, target }) => (target ? [[target.upstreamName, id]] : [])))
  const first = found.find(({ target }) => target)?.target
  if (!view || !first) return 'refused'
  const routed = await routeListen(first, view, listener)
  if (routed.connection.identity.era !== 'modern') return 'refused'
  const answer = await routed.connection.call({
    ...routed,
    method: 'subscriptions/listen',
    params: listenParams(routed.params, [...own.keys()]),
    idText: `"causeway-tasks-${nextListen++}"`,
    progressToken: undefined,
    signal: life.signal,
    maxBytes: MAX_NOTIFICATION_BYTES,
    onRequest: async () => ({ error: '{"code":-32601,"message":"Cannot ask: nobody waits for an answer here"}' }),
    onNotification: (text, method) => onNotification({ text, method }, { own, routed, listener, life }),
  })
  return answer.error ? 'refused' : 'ended'
}

// As a call of the tool would go, so that the upstream sees the caller whose task it is.
function routeListen(task: Target, view: View, listener: TaskListener): Promise<Routed> {
  const target: Target = { ...task, field: undefined, entry: { ...task.entry, paramHeaders: [] } }
  return route({ ...listener, view, target, decision: decideTarget(task, view) }, listener.gateway)
}

function listenParams(params: string, taskIds: readonly string[]): string {
  return withMembers(params, membersOf(params, 0), { notifications: JSON.stringify({ taskIds }) })
}

interface Hearing {
  /** The agent's ids by the upstream's. */
  own: ReadonlyMap<string, string>
  routed: Routed
  listener: TaskListener
  life: Life
}

function onNotification({ text, method }: { text: string; method: string }, hearing: Hearing): void {
  const { own, listener, life } = hearing
  const { params } = JSON.parse(text) as { params?: unknown }
  if (!isObject(params)) return
  if (method === 'notifications/subscriptions/acknowledged') {
    const told = isObject(params.notifications) ? params.notifications.taskIds : undefined
    for (const taskId of Array.isArray(told) ? told : []) {
      const id = own.get(taskId as string)
      if (id !== undefined) life.heard.honored.add(id)
    }
    life.onAcknowledged()
  } else if (method === 'notifications/tasks') {
    const id = own.get(params.taskId as string)
    const view = listener.currentView()
    const target = id !== undefined && view ? find(id, view, listener) : undefined
    if (id === undefined || !target) return
    const checked = checkTold({ text, result: params.result }, target, hearing)
    if (!checked) show(text, id, hearing)
    // What may not pass is told to the agent that asks for the task.
    else checked.then(() => !life.signal.aborted && show(text, id, hearing)).catch(() => {})
  }
}

function checkTold(
  told: { text: string; result: unknown },
  target: Target,
  { routed, listener }: Hearing,
): Promise<void> | undefined {
  const { gateway, exchange } = listener
  const { requestId } = exchange
  return checkResult(
    { ...told, path: ['params', 'result'] },
    { target, upstream: routed.upstream.config, gateway, requestId },
  )
}

function show(text: string, id: string, { routed, listener, life }: Hearing): void {
  const top = membersOf(text, 0)
  const params = top.findLast(({ key }) => key === 'params')
  const meta = params && membersOf(text, params.start).findLast(({ key }) => key === '_meta')
  const metaMembers = meta && text[meta.start] === '{' ? membersOf(text, meta.start) : []
  const subscription = { [SUBSCRIPTION_ID_META]: listener.inbound.message.idText as string }
  try {
    life.heard.tell(
      shownTask(text, {
        member: 'params',
        idOf: () => id,
        inbound: listener.inbound,
        upstream: routed.upstream.config,
        changes: { _meta: withMembers(text, metaMembers, subscription) },
      }),
    )
  } catch {
    // The agent that asks for the task hears why what it asks cannot be passed on.
  }
}
