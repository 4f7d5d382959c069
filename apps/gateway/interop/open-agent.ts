/** Opens an agent program as a client: the run plays its model, and the program does with the gateway what that model says. */
import type { OpenClient } from './client.ts'
import type { Answer, OpenTurn } from './scripted-model/script.ts'
import type { Model } from './scripted-model/start-model.ts'
import type { Program } from './start-program.ts'

/** The program, its model, and how its tools are called. */
export interface AgentOptions {
  program: Program
  model: Model
  /** The call of a gateway's tool. */
  callOf(tool: string, args: Record<string, unknown>): Answer
  /** The call of the program's own tool that reads a resource; left out if it has none. */
  readOf?(uri: string): Answer
}

const HARMLESS = { tool: 'projects__list_tasks', args: { limit: 1 } }

/** Waits until the program asks its model for the first time. */
export async function openAgent({ program, model, callOf, readOf }: AgentOptions): Promise<OpenClient> {
  const next = () => Promise.race([model.script.next(), ended(program)])
  let turn: OpenTurn = await next()
  let isFresh = true
  const go = async (answer: Answer) => {
    turn.answer(answer)
    turn = await next()
    isFresh = false
    return turn.news
  }
  return {
    async list() {
      // A program shows its model the tools when it asks it, so it has to be given something to do.
      if (!isFresh) await go(callOf(HARMLESS.tool, HARMLESS.args))
      isFresh = false
      return turn.tools
    },
    call: (tool, args) => go(callOf(tool, args)),
    ...(readOf ? { read: (uri: string) => go(readOf(uri)) } : {}),
    async close() {
      await program.kill()
      await model.close()
    },
  }
}

async function ended(program: Program): Promise<never> {
  const code = await program.exited
  throw new Error(`the program ended with ${code}: ${program.output().slice(-1_500)}`)
}
