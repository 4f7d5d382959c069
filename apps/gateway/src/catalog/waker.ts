/** A sleep that can be cut short: how a list change, a broken connection or the end reaches a waiting line. */

export interface Waker {
  /** Ends the sleep under way, or the next one at once. */
  wake(): void
  /** Forgets wake-ups that came meanwhile, because what follows covers them. */
  rest(): void
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

export function createWaker(): Waker {
  let isAwake = false
  let wakeSleeper: (() => void) | undefined
  return {
    wake() {
      isAwake = true
      wakeSleeper?.()
    },
    rest() {
      isAwake = false
    },
    sleep(ms, signal) {
      if (isAwake || signal.aborted) {
        isAwake = false
        return Promise.resolve()
      }
      return new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer)
          wakeSleeper = undefined
          isAwake = false
          resolve()
        }
        const timer = setTimeout(done, ms)
        wakeSleeper = done
      })
    },
  }
}
