/** The calls that wait for their answers on one pipe, found again by the id or the progress token under which they were sent. */
import type { UpstreamAnswer } from '../answer.ts'
import type { UpstreamCall } from '../connection.ts'

/** A call that was sent. */
export interface PendingCall {
  call: UpstreamCall
  resolve(answer: UpstreamAnswer): void
  reject(error: unknown): void
}

/** Where a message's own id stands: implementations write it first or last. */
const FIRST_ID = /^\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(\d+)/
const LAST_ID = /"id"\s*:\s*(\d+)\s*\}\s*$/
const EDGE_CHARACTERS = 64

export class PendingCalls {
  readonly #byId = new Map<string, PendingCall>()
  readonly #byToken = new Map<string, PendingCall>()

  add(idText: string, pending: PendingCall): void {
    this.#byId.set(idText, pending)
    if (pending.call.progressToken !== undefined) this.#byToken.set(pending.call.progressToken, pending)
  }

  /** The call with this id. */
  get(idText: string): PendingCall | undefined {
    return this.#byId.get(idText)
  }

  /** The call with this progress token, as JSON text. */
  ofToken(token: string): UpstreamCall | undefined {
    return this.#byToken.get(token)?.call
  }

  /** Takes the call with this id out, because it ends. */
  take(idText: string): PendingCall | undefined {
    const pending = this.#byId.get(idText)
    this.#byId.delete(idText)
    if (pending?.call.progressToken !== undefined) this.#byToken.delete(pending.call.progressToken)
    return pending
  }

  /** Takes out the call that an unreadable message answers, going by the message's beginning or end. */
  takeByEdges(start: string, end: string): PendingCall | undefined {
    const idText = FIRST_ID.exec(start)?.[1] ?? LAST_ID.exec(end.slice(-EDGE_CHARACTERS))?.[1]
    return idText === undefined ? undefined : this.take(idText)
  }

  /** Takes all of them out. */
  takeAll(): PendingCall[] {
    const all = [...this.#byId.values()]
    this.#byId.clear()
    this.#byToken.clear()
    return all
  }
}
