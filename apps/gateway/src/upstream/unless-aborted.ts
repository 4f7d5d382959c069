/** Waits for something that others wait for too, so that giving up ends the waiting alone. */
import type { CallSignal } from './call-signal.ts'

/** @throws what the promise is rejected with, or what the signal was aborted with */
export function unlessAborted<T>(promise: Promise<T>, signal: CallSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
