/** All limits of a gateway: who may still have something, and how often somebody could not. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config/schema.ts'
import type { FailureDetail, GatewayError } from '../errors.ts'
import { compileAgentLimits } from './agent-limits.ts'
import type { Limiter } from './limiter.ts'
import { createLocalLimiter, type LocalLimiter } from './local-limiter.ts'
import { refusal } from './refusal.ts'
import { type Share, Shares } from './shares.ts'

/** What a refusal was about. */
export type LimitScope = 'agent' | 'user' | 'write' | 'concurrency' | 'streams' | 'flood' | 'upstream' | 'global'

/** Requests in flight, all agents together. */
export interface Admission {
  inFlight: number
  /** Most requests at once; 0 for no bound. */
  max: number
}

/** Whose budgets a call is of. */
export interface Spender {
  /** Names agent and user together. */
  id: string
  agent: string
  userKey?: string
}

/** Where budgets by the minute are counted. */
export interface Budgets {
  agent: Limiter
  user: Limiter
  write: Limiter
}

/** Refusals in a minute that a caller is told in band, before its calls are refused unread. */
const PATIENCE_PER_MINUTE = 60
const SOON_MS = 1_000
/** How long a refusal is held back that costs its caller nothing else, and how many are at once. */
const HOLD_MS = 200
const MAX_HELD = 2_000
/** A flood must not fill the log as well. */
const TELL_MS = 10_000

export class Limits {
  readonly admission: Admission
  /** Refusals since the start, by scope. */
  readonly refused = new Map<LimitScope, number>()
  readonly #budgets: Budgets
  readonly #patience: LocalLimiter = createLocalLimiter()
  readonly #shares: Shares
  #userPerMinute: number
  #held = 0

  constructor(config: Pick<Config, 'limits' | 'agents'>, budgets: Budgets = localBudgets()) {
    this.admission = { inFlight: 0, max: config.limits.global.concurrency }
    this.#budgets = budgets
    this.#userPerMinute = config.limits.user.perMinute
    this.#shares = new Shares(compileAgentLimits(config), () => {
      this.admission.inFlight--
    })
  }

  /** Puts another configuration in force; what was spent and what is held count on. */
  apply(config: Pick<Config, 'limits' | 'agents'>): void {
    this.admission.max = config.limits.global.concurrency
    this.#userPerMinute = config.limits.user.perMinute
    this.#shares.apply(compileAgentLimits(config))
  }

  /** What an agent holds, and what it may. */
  shareOf(agent: string): Share {
    return this.#shares.of(agent)
  }

  /** Whether a caller was refused so often that it does not wait between its calls. */
  isFlooding({ id }: Spender): boolean {
    return this.#patience.size > 0 && this.#patience.waitOf(id, 1, PATIENCE_PER_MINUTE) > 0
  }

  /**
   * Spends from the budgets of the user that the agent acts for, if any, and of the agent.
   * @param cost in calls
   * @throws GatewayError rate_limited
   */
  spendCall(caller: Spender, cost: number): void | Promise<void> {
    const { userKey } = caller
    // The user first: what one user has too much of must not come out of the agent's budget for others.
    if (userKey !== undefined && this.#userPerMinute > 0) {
      const settled = this.#spendUser(caller, userKey, cost)
      if (settled) return settled.then(() => this.#spendAgent(caller, cost))
    }
    return this.#spendAgent(caller, cost)
  }

  // A call that the agent may not make must not come out of what its user has for other agents either.
  #giveBack({ userKey }: Spender, cost: number): void {
    if (userKey !== undefined && this.#userPerMinute > 0) this.#budgets.user.giveBack(userKey, cost)
  }

  #spendUser(caller: Spender, userKey: string, cost: number): void | Promise<void> {
    const perMinute = this.#userPerMinute
    const wait = this.#budgets.user.spend(userKey, cost, perMinute)
    if (wait === 0) return
    const message = `Cannot make the call: the user whom it is for may have ${calls(perMinute)} a minute, whichever agent makes them`
    return this.#settle(wait, caller, { scope: 'user', message })
  }

  #spendAgent(caller: Spender, cost: number): void | Promise<void> {
    const { perMinute } = this.shareOf(caller.agent).limits
    if (perMinute === 0) return
    const wait = this.#budgets.agent.spend(caller.agent, cost, perMinute)
    if (wait === 0) return
    const message = `Cannot make the call: this agent may make ${calls(perMinute)} a minute`
    return this.#settle(wait, caller, { scope: 'agent', message, onRefusal: () => this.#giveBack(caller, cost) })
  }

  /**
   * Spends from the budget that an agent has for one tool that may write.
   * @throws GatewayError rate_limited
   */
  spendWrite(caller: Spender, tool: { upstream: string; originalName: string; name: string }): void | Promise<void> {
    const { writesPerMinute } = this.shareOf(caller.agent).limits
    if (writesPerMinute === 0) return
    const key = `${caller.agent}\n${tool.upstream}\n${tool.originalName}`
    const wait = this.#budgets.write.spend(key, 1, writesPerMinute)
    if (wait === 0) return
    return this.#settle(wait, caller, {
      scope: 'write',
      message: `Cannot call tool ${JSON.stringify(tool.name)}: it may write, and this agent may call it ${times(writesPerMinute)} a minute`,
      detail: { tool: tool.name, upstream: tool.upstream },
    })
  }

  #settle(wait: number | Promise<number>, caller: Spender, why: Refusal): void | Promise<void> {
    if (wait instanceof Promise) return wait.then((waitMs) => this.#settle(waitMs, caller, why))
    if (wait === 0) return
    why.onRefusal?.()
    throw this.refuse(caller, { ...why, retryAfterMs: wait })
  }

  /** The failure of a call that has its caller wait, counted. */
  refuse(caller: Spender, { scope, message, retryAfterMs = SOON_MS, detail }: Refusal): GatewayError {
    this.count(scope)
    this.#patience.spend(caller.id, 1, PATIENCE_PER_MINUTE)
    const seconds = Math.ceil(retryAfterMs / 1_000)
    const hint = `Nothing was run. Wait ${seconds} s before you call again, and make fewer calls at a time.`
    return refusal('rate_limited', message, { retryAfterMs, hint, ...detail })
  }

  /** Resolves after a while, unless too many wait like this: who sends one call after the other is slowed down by it. */
  async hold(): Promise<void> {
    if (this.#held >= MAX_HELD) return
    this.#held++
    await sleep(HOLD_MS)
    this.#held--
  }

  /** Takes note of an agent's refusal. @returns how many the log has not told of, or 0 when it told of some just now */
  untold(agent: string): number {
    const share = this.shareOf(agent)
    const nowMs = performance.now()
    const refusals = ++share.untold
    if (nowMs - share.toldAtMs < TELL_MS) return 0
    share.untold = 0
    share.toldAtMs = nowMs
    return refusals
  }

  /** Counts a refusal that was made elsewhere. */
  count(scope: LimitScope): void {
    this.refused.set(scope, (this.refused.get(scope) ?? 0) + 1)
  }
}

interface Refusal {
  scope: LimitScope
  message: string
  retryAfterMs?: number
  /** Undoes what was done for the call already. */
  onRefusal?(): void
  detail?: FailureDetail
}

function localBudgets(): Budgets {
  return { agent: createLocalLimiter(), user: createLocalLimiter(), write: createLocalLimiter() }
}

function calls(count: number): string {
  return count === 1 ? '1 call' : `${count} calls`
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}
