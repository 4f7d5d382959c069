/** When a request entered each phase of the line; kept only where traces are recorded. */

/** The verbs of the line that a trace tells of. */
export type Phase =
  | 'receive'
  | 'authenticate'
  | 'admit'
  | 'read'
  | 'view'
  | 'limit'
  | 'resolve'
  | 'decide'
  | 'approve'
  | 'route'
  | 'intend'
  | 'forward'
  | 'reply'

/** One phase that is over. */
export interface PhaseTime {
  phase: Phase
  /** On the clock of `performance.now()`. */
  startMs: number
  endMs: number
  isFailed: boolean
}

export class PhaseClock {
  readonly #phases: Phase[] = []
  readonly #startsMs: number[] = []
  #failedAt = -1

  /** Ends the phase before. */
  enter(phase: Phase): void {
    this.#phases.push(phase)
    this.#startsMs.push(performance.now())
  }

  /** The present phase is the one that failed. */
  fail(): void {
    this.#failedAt = this.#phases.length - 1
  }

  /** All phases, the last of which ends now. */
  times(nowMs: number): PhaseTime[] {
    return this.#phases.map((phase, at) => ({
      phase,
      startMs: this.#startsMs[at] as number,
      endMs: this.#startsMs[at + 1] ?? nowMs,
      isFailed: at === this.#failedAt,
    }))
  }
}
