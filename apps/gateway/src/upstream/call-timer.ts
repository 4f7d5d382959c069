/** Where the time of one call goes: its upstream's queue or the upstream itself; the time in which its agent is asked counts for neither. */

/** Milliseconds, added up as they pass; absent where nothing was waited for or sent. */
export interface CallTimes {
  queueMs?: number
  upstreamMs?: number
}

export class CallTimer {
  /** Who gets what passes from now on. */
  into: CallTimes
  #what: keyof CallTimes | undefined
  #sinceMs = 0

  constructor(into: CallTimes) {
    this.into = into
  }

  /** What passes from now on is this one's. */
  start(what: keyof CallTimes): void {
    this.stop()
    this.#what = what
    this.#sinceMs = performance.now()
  }

  /** Adds up what has passed; does nothing where nothing runs. */
  stop(): void {
    const what = this.#what
    if (what === undefined) return
    this.into[what] = (this.into[what] ?? 0) + performance.now() - this.#sinceMs
    this.#what = undefined
  }
}
