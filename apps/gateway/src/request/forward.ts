/** The `forward` step: sends the call, relays what belongs to it, and ends it in every case: answer, deadline, or cancellation. */
import { GatewayError } from '../errors.ts'
import type { Gateway } from '../gateway.ts'
import { withProgressToken } from '../upstream/stdio.ts'
import { LOG_LEVEL_META } from '../wire/revisions.ts'
import { type AgentAnswer, answerToAgent } from '../wire/to-agent.ts'
import { cancellationKey } from './cancel.ts'
import type { Reply } from './reply.ts'
import type { Decided, Routed } from './route.ts'

/** No call lasts longer, whatever progress it reports. */
const HARD_CAP_MS = 15 * 60_000

/** @throws GatewayError upstream_* | result_too_large | call_cancelled | input_unsupported */
export async function forward(
  routed: Routed,
  decided: Decided,
  on: { gateway: Gateway; reply: Reply },
): Promise<AgentAnswer> {
  const { inbound, target, caller } = decided
  const { message, era } = inbound
  const deadline = startDeadline(routed.upstream.id, target.entry.timeoutMs, on.reply)
  // Without a session two clients of one agent may use the same id, and cancelling the wrong call is worse than none.
  const key = inbound.session && cancellationKey(caller.agent, inbound.session.number, message.idText as string)
  if (key) on.gateway.cancellable.set(key, deadline.cancel)
  try {
    const answer = await routed.upstream.call(routed.connection, {
      method: message.method,
      params: routed.params,
      idText: message.idText as string,
      headers: routed.headers,
      credential: routed.credential,
      sessionKey: routed.sessionKey,
      progressToken: routed.progressToken,
      signal: deadline.signal,
      maxBytes: routed.upstream.config.maxResultBytes,
      onNotification: (text, method) =>
        relay(text, method, { routed, decided, reply: on.reply, onProgress: deadline.extend }),
    })
    return answerToAgent(answer, {
      upstream: routed.upstream.id,
      method: message.method,
      agentEra: era,
      upstreamEra: routed.connection.identity.era,
      idText: message.idText as string,
      passesIds: routed.connection.passesIds,
      deprecation:
        target.formerName === undefined ? undefined : `"${target.formerName}" is now called "${target.name}"`,
    })
  } finally {
    deadline.stop()
    if (key) on.gateway.cancellable.delete(key)
  }
}

interface Relaying {
  routed: Routed
  decided: Decided
  reply: Reply
  onProgress(): void
}

function relay(text: string, method: string, { routed, decided, reply, onProgress }: Relaying): void {
  const { message, era } = decided.inbound
  if (method === 'notifications/progress') {
    onProgress()
    if (routed.agentProgressToken === undefined) return
    reply.event(routed.connection.passesIds ? text : withProgressToken(text, routed.agentProgressToken))
  } else if (method === 'notifications/message') {
    // A modern client hears of logs only when it asked for them on this very request.
    if (era === 'legacy' || message.meta[LOG_LEVEL_META] !== undefined) reply.event(text)
  }
}

interface Deadline {
  signal: AbortSignal
  /** Starts the time anew, because the upstream showed progress. */
  extend(): void
  cancel(): void
  stop(): void
}

function startDeadline(upstream: string, timeoutMs: number, reply: Reply): Deadline {
  const abort = new AbortController()
  const expire = () =>
    abort.abort(
      new GatewayError(
        'upstream_timeout',
        `Cannot finish the call to upstream "${upstream}": no answer in ${Math.round(timeoutMs / 100) / 10} s`,
        { upstream },
      ),
    )
  const timer = setTimeout(expire, timeoutMs)
  const hardCapAtMs = performance.now() + HARD_CAP_MS
  const cancel = () =>
    abort.abort(new GatewayError('call_cancelled', 'Cannot finish the call: the client cancelled it', { upstream }))
  reply.onDisconnect(cancel)
  return {
    signal: abort.signal,
    extend() {
      if (performance.now() + timeoutMs < hardCapAtMs) timer.refresh()
    },
    cancel,
    stop: () => clearTimeout(timer),
  }
}
