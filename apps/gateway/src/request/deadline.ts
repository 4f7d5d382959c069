/** The time a call may take: it starts anew with progress, stands still while the agent owes an answer, and has a hard end. */
import { GatewayError } from '../errors.ts'
import { CallEnd } from '../upstream/call-signal.ts'

export interface Deadline {
  /** Aborted with the reason when the time is over or the call is cancelled. */
  signal: CallEnd
  /** Starts the time anew, because the upstream showed progress. */
  extend(): void
  /** Stops the time while the agent is asked something; every pause needs its resume. */
  pause(): void
  resume(): void
  cancel(): void
  stop(): void
}

/** No call lasts longer, whatever progress it reports; time in which the agent is asked does not count. */
const HARD_CAP_MS = 15 * 60_000

/** Starts the time of one call. */
export function startDeadline(upstream: string, timeoutMs: number): Deadline {
  const end = new CallEnd()
  const expire = () => {
    const seconds = Math.round(timeoutMs / 100) / 10
    end.abort(
      new GatewayError(
        'upstream_timeout',
        `Cannot finish the call to upstream "${upstream}": no answer in ${seconds} s`,
        { upstream },
      ),
    )
  }
  let hardCapAtMs = performance.now() + HARD_CAP_MS
  let timer = setTimeout(expire, timeoutMs)
  let isStopped = false
  let pauses = 0
  let pausedAtMs = 0
  return {
    signal: end,
    extend() {
      if (pauses === 0 && performance.now() + timeoutMs < hardCapAtMs) timer.refresh()
    },
    pause() {
      if (pauses++ > 0) return
      clearTimeout(timer)
      pausedAtMs = performance.now()
    },
    resume() {
      // What was asked may come to its end after the call.
      if (--pauses > 0 || isStopped) return
      hardCapAtMs += performance.now() - pausedAtMs
      timer = setTimeout(expire, timeoutMs)
    },
    cancel() {
      end.abort(new GatewayError('call_cancelled', 'Cannot finish the call: the client cancelled it', { upstream }))
    },
    stop() {
      isStopped = true
      clearTimeout(timer)
    },
  }
}
