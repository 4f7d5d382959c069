/** A call under way to an upstream that asks while it works: a queue of what it asks, and its answer in the end. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { UpstreamAnswer } from '../../upstream/answer.ts'
import type { Ask, AskAnswer } from './asks.ts'

/** An ask that waits for its answer. */
export interface OpenAsk {
  /** Names it within its call. */
  key: string
  ask: Ask
  resolve(answer: AskAnswer): void
}

/** What comes next: the answer, or everything that is asked by now. */
export type RunEvent = { answer: UpstreamAnswer } | { asks: readonly OpenAsk[] }

/** Asks that were made together are shown together. */
const GATHER_MS = 5

export class Run {
  readonly #open = new Map<string, OpenAsk>()
  readonly #answer: Promise<UpstreamAnswer>
  #asked = Promise.withResolvers<void>()
  #nextKey = 1

  /** @param start sends the call; it is given the function that takes the upstream's asks */
  constructor(start: (onRequest: (ask: Ask) => Promise<AskAnswer>) => Promise<UpstreamAnswer>) {
    this.#answer = start((ask) => this.#take(ask))
    // Whoever waits for the next event hears of a failure; while nobody does, it keeps.
    this.#answer.catch(() => {})
  }

  /** @throws what the call failed with */
  async next(): Promise<RunEvent> {
    const answer = await Promise.race([this.#answer, this.#asked.promise])
    if (answer) return { answer }
    await sleep(GATHER_MS)
    return { asks: [...this.#open.values()] }
  }

  /** Answers one ask; unknown keys change nothing. */
  resolve(key: string, answer: AskAnswer): void {
    const open = this.#open.get(key)
    if (!open) return
    this.#open.delete(key)
    if (this.#open.size === 0) this.#asked = Promise.withResolvers<void>()
    open.resolve(answer)
  }

  #take(ask: Ask): Promise<AskAnswer> {
    return new Promise((resolve) => {
      const key = `ask-${this.#nextKey++}`
      this.#open.set(key, { key, ask, resolve })
      this.#asked.resolve()
    })
  }
}
