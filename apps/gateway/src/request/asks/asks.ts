/** What an upstream asks of the agent during a call (elicitation, sampling, roots), as a legacy client hears it: a request on the call's own stream, answered by a later POST. */
import { randomUUID } from 'node:crypto'
import { memberText } from '../../wire/json-span.ts'
import { requestText } from '../../wire/jsonrpc.ts'
import type { Caller } from '../caller.ts'
import type { Inbound } from '../read.ts'
import type { Reply } from '../reply.ts'

/** One request of an upstream. */
export interface Ask {
  method: string
  /** JSON text. */
  params: string
}

/** The agent's answer, as JSON text. */
export type AskAnswer = { result: string } | { error: string }

/** Asks that wait for their agent, by the id that the gateway gave them. */
export class PendingAsks {
  readonly #pending = new Map<
    string,
    { caller: string; session: number | undefined; resolve(answer: AskAnswer): void }
  >()
  /** Why nothing is asked any more. */
  #ending: string | undefined

  /**
   * Asks a legacy client on its call's stream.
   * @param on.signal ends the waiting; the ask is then forgotten
   * @throws what the signal was aborted with
   */
  ask(
    ask: Ask,
    on: { reply: Reply; caller: Caller; session: number | undefined; signal: AbortSignal },
  ): Promise<AskAnswer> {
    if (this.#ending !== undefined) return Promise.resolve(refusedAsk(this.#ending))
    const id = randomUUID()
    return new Promise((resolve, reject) => {
      if (on.signal.aborted) {
        reject(on.signal.reason)
        return
      }
      const onAbort = () => {
        this.#pending.delete(id)
        reject(on.signal.reason)
      }
      on.signal.addEventListener('abort', onAbort, { once: true })
      this.#pending.set(id, {
        caller: on.caller.id,
        session: on.session,
        resolve(answer) {
          on.signal.removeEventListener('abort', onAbort)
          resolve(answer)
        },
      })
      on.reply.event(requestText(JSON.stringify(id), ask.method, ask.params))
    })
  }

  /** Answers everything that waits, and that is asked from now on, as refused, because the gateway ends. */
  refuseAll(reason: string): void {
    this.#ending = reason
    for (const [id, pending] of this.#pending) {
      this.#pending.delete(id)
      pending.resolve(refusedAsk(reason))
    }
  }

  /** Takes a response that a client posted; one that nobody waits for, or that is another caller's to give, changes nothing. */
  answer({ message, session }: Inbound, caller: Caller): void {
    const id: unknown = JSON.parse(message.idText as string)
    const pending = typeof id === 'string' ? this.#pending.get(id) : undefined
    if (!pending || pending.caller !== caller.id || pending.session !== session?.number) return
    this.#pending.delete(id as string)
    pending.resolve(readAnswer(message.text))
  }
}

function readAnswer(text: string): AskAnswer {
  const result = memberText(text, 'result')
  return result === undefined ? { error: memberText(text, 'error') as string } : { result }
}

/** The answer to an ask that may not or cannot be passed on. */
export function refusedAsk(reason: string): AskAnswer {
  return { error: JSON.stringify({ code: -32601, message: `Cannot ask the agent: ${reason}` }) }
}
