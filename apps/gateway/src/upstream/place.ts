/** The place of one call in its upstream's bulkhead: given back while its agent is asked, because that costs the upstream nothing and may take minutes. */
import type { Bulkhead } from './bulkhead.ts'
import type { CallSignal } from './call-signal.ts'

export class Place {
  readonly #bulkhead: Bulkhead
  readonly #signal: CallSignal
  readonly #agent: string | undefined
  #leave: (() => void) | undefined
  #asks = 0
  #isOver = false

  /**
   * @param call.signal ends the waiting for a place
   * @param call.agent whose turn it takes
   */
  constructor(bulkhead: Bulkhead, { signal, agent }: { signal: CallSignal; agent?: string | undefined }) {
    this.#bulkhead = bulkhead
    this.#signal = signal
    this.#agent = agent
  }

  /** Whether the call has ended. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Whether the call waits for its agent. */
  get isAsking(): boolean {
    return this.#asks > 0
  }

  /** @throws GatewayError upstream_overloaded, or what the signal was aborted with */
  async take(): Promise<void> {
    this.#leave = await this.#bulkhead.enter(this.#signal, this.#agent)
  }

  /** Takes a place if one is free, and says whether it did. */
  tryTake(): boolean {
    this.#leave = this.#bulkhead.tryEnter()
    return this.#leave !== undefined
  }

  /** Does without a place for as long as the agent is asked. */
  async whileAsking<T>(ask: () => Promise<T>): Promise<T> {
    this.#asks++
    this.#giveBack()
    try {
      return await ask()
    } finally {
      this.#asks--
      if (!this.isAsking && !this.#isOver) await this.#takeAgain()
    }
  }

  /** Gives the place back for good. */
  end(): void {
    this.#isOver = true
    this.#giveBack()
  }

  #giveBack(): void {
    this.#leave?.()
    this.#leave = undefined
  }

  async #takeAgain(): Promise<void> {
    // However many calls there are by now, this one has begun.
    const leave = await this.#bulkhead.enter(this.#signal, this.#agent).catch(() => undefined)
    // Meanwhile the upstream may have asked again, or ended the call without hearing the answer.
    if (this.#isOver || this.isAsking || this.#leave) leave?.()
    else this.#leave = leave
  }
}
