/** The calls of one caller under way on one pipe, where what the upstream asks or says names no call: whose it is is found out here, or it is nobody's. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { UpstreamCall } from './connection.ts'
import { readSessionKey } from './session-key.ts'

/** How long an ask waits until it is clear whose it is: calls that did not ask end by themselves, the one that asked does not. */
const CLEAR_MS = 500

/** JSON-RPC error, as JSON text, for an ask of which it stays unclear whose it is. */
const UNCLEAR = JSON.stringify({
  code: -32600,
  message: 'Cannot pass on this request: it is not clear which of the calls under way it belongs to, if any',
})

export class CallsUnderWay {
  /** With the number of asks that each waits for an answer to; the oldest call comes first. */
  readonly #calls = new Map<UpstreamCall, number>()
  #changed = Promise.withResolvers<void>()

  begin(call: UpstreamCall): void {
    this.#calls.set(call, 0)
    this.#tell()
  }

  end(call: UpstreamCall): void {
    if (this.#calls.delete(call)) this.#tell()
  }

  get isEmpty(): boolean {
    return this.#calls.size === 0
  }

  /** Whose a notification is. Other clients of the same caller may have users of their own, so what could be another's is nobody's. */
  get speaker(): UpstreamCall | undefined {
    const calls = [...this.#calls.keys()]
    return calls.length === 1 || isOneClient(calls) ? calls.at(-1) : undefined
  }

  /** Puts an ask to the call that it belongs to. */
  async ask(ask: Parameters<UpstreamCall['onRequest']>[0]): ReturnType<UpstreamCall['onRequest']> {
    const call = await this.#asker()
    if (!call) return { error: UNCLEAR }
    this.#count(call, 1)
    try {
      return await call.onRequest(ask)
    } finally {
      this.#count(call, -1)
    }
  }

  async #asker(): Promise<UpstreamCall | undefined> {
    // What is asked before the first call, in the moment after the handshake, is asked on behalf of the call that starts the child.
    const timeout = sleep(CLEAR_MS, true, { ref: false })
    if (this.#calls.size === 0) await Promise.race([this.#changed.promise, timeout])
    // A call that came later cannot have asked.
    const known = [...this.#calls.keys()]
    for (;;) {
      const calls = known.filter((call) => this.#calls.has(call))
      if (calls.length < 2) return calls[0]
      if (await Promise.race([this.#changed.promise, timeout])) return this.#likeliest(known)
    }
  }

  // One that is being asked already waits, as a rule, for that answer.
  #likeliest(known: readonly UpstreamCall[]): UpstreamCall | undefined {
    const free = known.filter((call) => this.#calls.get(call) === 0)
    return free.length === 1 || isOneClient(free) ? free.at(-1) : undefined
  }

  #count(call: UpstreamCall, by: number): void {
    const asks = this.#calls.get(call)
    if (asks !== undefined) this.#calls.set(call, asks + by)
  }

  #tell(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers<void>()
  }
}

/** Whether all calls are of one session, in which any stream reaches the same client. */
function isOneClient([first, ...others]: readonly UpstreamCall[]): boolean {
  if (!first || readSessionKey(first.sessionKey).session === null) return false
  return others.every(({ sessionKey }) => sessionKey === first.sessionKey)
}
