/** Tells a caller who asked for it how long a statement has been running. */
import type { CallContext } from '@causeway/shared-contracts/define-tool'

const EVERY_MS = 1_000

/** Settles as `running` does; reports seconds of the allowed ones meanwhile. */
export async function withProgress<T>(
  call: Pick<CallContext, 'progress'>,
  timeoutMs: number,
  running: Promise<T>,
): Promise<T> {
  let seconds = 0
  const timer = setInterval(() => {
    seconds += EVERY_MS / 1_000
    // Whoever no longer listens cancels the call by other means.
    call.progress(seconds, timeoutMs / 1_000, `running for ${seconds} s`).catch(() => {})
  }, EVERY_MS)
  try {
    return await running
  } finally {
    clearInterval(timer)
  }
}
