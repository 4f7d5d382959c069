/** What each agent holds at this moment: requests, calls and event streams. */
import type { AgentLimits } from './agent-limits.ts'

/** One agent's. */
export interface Share {
  limits: AgentLimits
  /** Requests under way, calls among them. */
  requests: number
  calls: number
  streams: number
  /** Refusals that the log has not told of, and when it last did. */
  untold: number
  toldAtMs: number
  /** Gives the place of a request back. */
  readonly leave: () => void
  /** Gives the place of a request back that was a call. */
  readonly leaveCall: () => void
}

/** Agents that are remembered before those that hold nothing are forgotten. */
const MIN_REMEMBERED = 1_000

export class Shares {
  readonly #byAgent = new Map<string, Share>()
  readonly #onLeave: () => void
  #limitsOf: (agent: string) => AgentLimits
  #sweepAt = MIN_REMEMBERED

  /** @param onLeave called with each place that is given back */
  constructor(limitsOf: (agent: string) => AgentLimits, onLeave: () => void) {
    this.#limitsOf = limitsOf
    this.#onLeave = onLeave
  }

  /** The share of an agent. */
  of(agent: string): Share {
    return this.#byAgent.get(agent) ?? this.#add(agent)
  }

  /** Puts other limits in force; what is held stays held. */
  apply(limitsOf: (agent: string) => AgentLimits): void {
    this.#limitsOf = limitsOf
    for (const [agent, share] of this.#byAgent) share.limits = limitsOf(agent)
  }

  #add(agent: string): Share {
    if (this.#byAgent.size >= this.#sweepAt) this.#sweep()
    // Made once for an agent and not for each of its requests.
    const share: Share = {
      limits: this.#limitsOf(agent),
      requests: 0,
      calls: 0,
      streams: 0,
      untold: 0,
      toldAtMs: Number.NEGATIVE_INFINITY,
      leave: () => {
        share.requests--
        this.#onLeave()
      },
      leaveCall: () => {
        share.calls--
        share.leave()
      },
    }
    this.#byAgent.set(agent, share)
    return share
  }

  #sweep(): void {
    for (const [agent, { requests, streams }] of this.#byAgent)
      if (requests === 0 && streams === 0) this.#byAgent.delete(agent)
    this.#sweepAt = Math.max(MIN_REMEMBERED, 2 * this.#byAgent.size)
  }
}
