/** Calls of modern agents that wait for an answer between two requests: bound to their caller and request, few, and not for long. */
import { randomUUID } from 'node:crypto'
import type { Sealer } from '@causeway/shared-contracts/sealer'
import { GatewayError } from '../../errors.ts'
import type { Caller } from '../caller.ts'

/** What is parked: whatever the forward step needs to go on. */
export interface Parked {
  /** Ends the call, because nobody came back for it. */
  expire(): void
}

/** Longest time a call waits for its agent, ms. */
export const PARKED_MS = 10 * 60_000
/** Calls of one caller that may wait at once. */
const MAX_PER_CALLER = 32

export class ParkedRuns<T extends Parked> {
  readonly #sealer: Sealer
  readonly #parked = new Map<string, { what: T; caller: string; timer: NodeJS.Timeout }>()

  constructor(sealer: Sealer) {
    this.#sealer = sealer
  }

  /** Whether one more call of the caller may wait. */
  hasRoom({ id }: Caller): boolean {
    let count = 0
    for (const each of this.#parked.values()) if (each.caller === id) count++
    return count < MAX_PER_CALLER
  }

  /** Parks a call. @returns the `requestState` under which its own caller may go on with the same request */
  park(what: T, caller: Caller, digest: string): string {
    const id = randomUUID()
    const timer = setTimeout(() => {
      this.#parked.delete(id)
      what.expire()
    }, PARKED_MS)
    timer.unref()
    this.#parked.set(id, { what, caller: caller.id, timer })
    return this.#sealer.seal(id, boundTo(caller, digest))
  }

  /** Ends everything that waits, because the gateway ends. */
  expireAll(): void {
    for (const [id, { what, timer }] of this.#parked) {
      clearTimeout(timer)
      this.#parked.delete(id)
      what.expire()
    }
  }

  /**
   * Takes a parked call, once.
   * @throws GatewayError invalid_state for a state that is not this caller's for this request; exchange_lost when the call is gone
   */
  take(state: string, caller: Caller, digest: string): T {
    const id = this.#sealer.open(state, boundTo(caller, digest))
    if (typeof id !== 'string')
      throw new GatewayError('invalid_state', 'Cannot go on with the request: its requestState is not of this request')
    const found = this.#parked.get(id)
    if (!found) throw new GatewayError('exchange_lost', 'Cannot go on with the request: the exchange has ended')
    clearTimeout(found.timer)
    this.#parked.delete(id)
    return found.what
  }
}

function boundTo({ id }: Caller, digest: string): string {
  return JSON.stringify(['parked', id, digest])
}
