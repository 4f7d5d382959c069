/** What ends a call before its answer: as much of an AbortSignal as calls need, since a real one for each of them cost 3 % of a call. */

/** The part that those who work for a call use; every AbortSignal has it. */
export interface CallSignal {
  readonly aborted: boolean
  /** Why, once aborted. */
  readonly reason: unknown
  throwIfAborted(): void
  addEventListener(type: 'abort', listener: () => void, options?: { once: true }): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** The part of an AbortController, and the signal in one. */
export class CallEnd implements CallSignal {
  #listeners: (() => void)[] = []
  aborted = false
  reason: unknown

  /** Tells everybody, once. */
  abort(reason: unknown): void {
    if (this.aborted) return
    this.aborted = true
    this.reason = reason
    const listeners = this.#listeners
    this.#listeners = []
    for (const listener of listeners) listener()
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.push(listener)
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    const at = this.#listeners.indexOf(listener)
    if (at >= 0) this.#listeners.splice(at, 1)
  }
}

/** The same for those who need a real AbortSignal. */
export function toAbortSignal(signal: CallSignal): AbortSignal {
  if (signal instanceof AbortSignal) return signal
  const abort = new AbortController()
  const follow = () => abort.abort(signal.reason)
  if (signal.aborted) follow()
  else signal.addEventListener('abort', follow, { once: true })
  return abort.signal
}
