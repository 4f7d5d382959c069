/** A short queue that is fair to agents: their calls leave it in turns, and when it is full the agent with the most calls in it gives one up for another. */

/** A call that waits. */
export interface Waiting {
  agent: string
  /** Called when it is its turn. */
  admit(): void
  /** Called when it has to make room. */
  giveUp(): void
}

export class FairQueue {
  // In the order of their turns: whoever had one goes to the end.
  readonly #byAgent = new Map<string, Waiting[]>()
  readonly #max: number
  #size = 0

  constructor(max: number) {
    this.#max = max
  }

  /** @returns `false` when there is no room, and nobody has more calls here than this agent would */
  add(waiting: Waiting): boolean {
    const own = this.#byAgent.get(waiting.agent)
    if (this.#size >= this.#max && !this.#makeRoom(own?.length ?? 0)) return false
    this.#size++
    if (own) own.push(waiting)
    else this.#byAgent.set(waiting.agent, [waiting])
    return true
  }

  /** Takes the call whose turn it is. */
  next(): Waiting | undefined {
    for (const [agent, calls] of this.#byAgent) {
      const waiting = calls.shift()
      this.#byAgent.delete(agent)
      if (calls.length > 0) this.#byAgent.set(agent, calls)
      this.#size--
      return waiting
    }
    return undefined
  }

  /** Takes a call out that waits no longer; does nothing when it has left already. */
  remove(waiting: Waiting): void {
    const calls = this.#byAgent.get(waiting.agent)
    const at = calls?.indexOf(waiting) ?? -1
    if (!calls || at < 0) return
    calls.splice(at, 1)
    this.#size--
    if (calls.length === 0) this.#byAgent.delete(waiting.agent)
  }

  // The newest of the greediest goes: it has waited least, and what stays is no less than anybody else's.
  #makeRoom(ownCalls: number): boolean {
    let most: Waiting[] = []
    for (const calls of this.#byAgent.values()) if (calls.length > most.length) most = calls
    const last = most.length > ownCalls + 1 ? most.pop() : undefined
    if (!last) return false
    this.#size--
    last.giveUp()
    return true
  }
}
