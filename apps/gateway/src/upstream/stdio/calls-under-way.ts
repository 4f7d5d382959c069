/** The calls of one caller under way on one pipe, where what the upstream asks or says names no call: whose it is is found out here. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { UpstreamCall } from '../connection.ts'
import { readSessionKey } from '../session-key.ts'

/** How long an ask waits until it is clear whose it is: calls that did not ask end by themselves, the one that asked does not. */
const CLEAR_MS = 300
/** How long what is asked before the first call waits for that. */
const FIRST_CALL_MS = 5_000
/** What an upstream does with the answers to what it asked first takes it a moment, which nothing tells the end of. */
const TAKE_IN_MS = 50

/** JSON-RPC error, as JSON text, for an ask while there is no call that it could belong to. */
const NO_CALL = JSON.stringify({
  code: -32600,
  message: 'Cannot pass on this request: no call is under way that it could belong to',
})

type Ask = Parameters<UpstreamCall['onRequest']>[0]
type Answer = ReturnType<UpstreamCall['onRequest']>

export class CallsUnderWay {
  /** With the number of asks that each waits for an answer to; the oldest call comes first. */
  readonly #calls = new Map<UpstreamCall, number>()
  #changed = Promise.withResolvers<void>()
  /** Asks of which it is not clear yet whose they are. */
  #unclear = 0

  #hasBegun = false
  #asked: Promise<unknown> | undefined

  begin(call: UpstreamCall): void {
    this.#hasBegun = true
    this.#calls.set(call, 0)
    this.#tell()
  }

  end(call: UpstreamCall): void {
    if (this.#calls.delete(call)) this.#tell()
  }

  get isEmpty(): boolean {
    return this.#calls.size === 0
  }

  /** Resolves when all is answered that was asked before the first call: what the upstream wants to know before it works. */
  get askedFirst(): Promise<unknown> | undefined {
    return this.#asked
  }

  /** Whose a notification is; one that could be of several clients' calls is nobody's, because it cannot wait until that is clear. */
  get speaker(): UpstreamCall | undefined {
    const calls = [...this.#calls.keys()]
    return calls.length === 1 || isOneClient(calls) ? calls.at(-1) : undefined
  }

  /** Puts an ask to the call that it belongs to. */
  ask(ask: Ask): Answer {
    const answer = this.#ask(ask)
    if (!this.#hasBegun)
      this.#asked = Promise.allSettled([this.#asked, answer]).then(() => sleep(TAKE_IN_MS, undefined, { ref: false }))
    return answer
  }

  async #ask(ask: Ask): Answer {
    this.#unclear++
    const call = await this.#asker()
    this.#unclear--
    if (!call) return { error: NO_CALL }
    this.#count(call, 1)
    try {
      // Who gives up a call that was asked something leaves the answer open for ever.
      return await Promise.race([call.onRequest(ask), this.#over(call)])
    } finally {
      this.#count(call, -1)
    }
  }

  async #over(call: UpstreamCall): Answer {
    while (this.#calls.has(call)) await this.#changed.promise
    return { error: NO_CALL }
  }

  async #asker(): Promise<UpstreamCall | undefined> {
    // What is asked right after the handshake is asked for the call that the child was started for.
    if (!this.#hasBegun) await Promise.race([this.#changed.promise, sleep(FIRST_CALL_MS, undefined, { ref: false })])
    const timeout = sleep(CLEAR_MS, true, { ref: false })
    // A call that came later cannot have asked.
    const known = [...this.#calls.keys()]
    for (;;) {
      const calls = known.filter((call) => this.#calls.has(call))
      if (calls.length < 2) return calls[0]
      if (await Promise.race([this.#changed.promise, timeout])) return this.#likeliest(calls)
    }
  }

  // All of them are the same caller's, so the worst is that it is asked on another of its own calls.
  #likeliest(calls: readonly UpstreamCall[]): UpstreamCall | undefined {
    // One that is being asked already waits, as a rule, for that answer.
    const free = calls.filter((call) => this.#calls.get(call) === 0)
    const mayAsk = free.length > 0 ? free : calls
    // When all of them ask they do so in their order; when one does, the others are at work for longer.
    return this.#unclear >= mayAsk.length ? mayAsk[0] : mayAsk.at(-1)
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
