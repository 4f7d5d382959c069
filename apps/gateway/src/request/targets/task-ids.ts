/** Ids of the Tasks extension as agents hold them: signed for one caller, naming the upstream and the tool, and always the same for the same task, because clients compare ids. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Caller } from '../caller.ts'

/** What a task id stands for. */
export interface TaskReference {
  upstream: string
  /** The tool whose call became the task, by the upstream's name: the task inherits its decision. */
  tool: string
  /** The upstream's own id. */
  taskId: string
}

const FORM = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})$/
const MAX_ID_CHARACTERS = 4_096

export class TaskIds {
  readonly #key: Buffer

  /** @param key 32 bytes that every instance of the gateway derives alike */
  constructor(key: Buffer) {
    this.#key = key
  }

  /** The agent's id of a task. */
  wrap({ upstream, tool, taskId }: TaskReference, caller: Caller): string {
    const body = Buffer.from(JSON.stringify([upstream, tool, taskId])).toString('base64url')
    return `${body}.${this.#sign(body, caller)}`
  }

  /** What the id stands for, or `undefined` when the gateway did not give it to this caller. */
  unwrap(id: unknown, caller: Caller): TaskReference | undefined {
    const [, body, signature] = (typeof id === 'string' && id.length <= MAX_ID_CHARACTERS && FORM.exec(id)) || []
    if (body === undefined || signature === undefined) return undefined
    if (!timingSafeEqual(Buffer.from(signature), Buffer.from(this.#sign(body, caller)))) return undefined
    const [upstream, tool, taskId] = JSON.parse(Buffer.from(body, 'base64url').toString()) as [string, string, string]
    return { upstream, tool, taskId }
  }

  #sign(body: string, { id }: Caller): string {
    return createHmac('sha256', this.#key)
      .update(JSON.stringify([id, body]))
      .digest('base64url')
  }
}
