/** Holds a stream of list changes open for as long as its connection lives, whatever proxies and restarts do to it. */
import { setTimeout as sleep } from 'node:timers/promises'

/** How an attempt to listen came to its end: with the stream's end, or because there is none to be had. */
export type ListenOutcome = 'ended' | 'refused'

/** One attempt, which says when the stream is open; throws when it breaks. */
export type Listen = (onOpen: () => void) => Promise<ListenOutcome>

const FIRST_PAUSE_MS = 1_000
const MAX_PAUSE_MS = 60_000
/** A stream that lived this long was no failed attempt. */
const STABLE_MS = 10_000

/**
 * Listens until the signal is aborted or the upstream refuses.
 * @param onGap called when a change may have been missed, or the upstream may be gone
 * @param onFirst called when the stream is open for the first time
 */
export async function keepListening(
  listen: Listen,
  signal: AbortSignal,
  onGap: () => void,
  onFirst: () => void = () => {},
): Promise<void> {
  let pauseMs = FIRST_PAUSE_MS
  let onOpen = onFirst
  while (!signal.aborted) {
    const startedAtMs = performance.now()
    const outcome = await listen(onOpen).catch(() => 'broken' as const)
    if (outcome === 'refused' || signal.aborted) return
    onGap()
    onOpen = onGap
    if (performance.now() - startedAtMs > STABLE_MS) pauseMs = FIRST_PAUSE_MS
    await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => {})
    pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)
  }
}
