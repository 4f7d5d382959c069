/** Gets tasks for a piece of work from whoever can write them: the caller's model by sampling, else the configured endpoint, else nobody. */
import { AskPending } from '@causeway/shared-contracts/ask'
import type { ProjectCall } from '../open-services.ts'
import { BREAKDOWN_RULES, type Breakdown, briefOf, correctionOf } from './breakdown-brief.ts'
import { type DraftedTask, readDraftedTasks } from './draft-shape.ts'

/** Most times that one model is asked. */
const MAX_ROUNDS = 2
const MAX_TOKENS = 4_000
/** How long the endpoint may take in all, ms: the caller gets the template before its own patience, of 30 s as a rule, has ended. */
const ENDPOINT_MS = 25_000

/** The tasks and who wrote them, or why nobody did. */
export type Drafted = { by: 'sampling' | 'endpoint'; tasks: DraftedTask[] } | { by: 'nobody'; reasons: string[] }

/** Asks in the order of the design; call it before anything is written, for sampling may end this run with {@link AskPending}. */
export async function draftTasks(call: ProjectCall, breakdown: Breakdown): Promise<Drafted> {
  const brief = briefOf(call, breakdown)
  const { ask, signal, services } = call
  const reasons: string[] = []
  if (ask.canAskModel) {
    const result = await inRounds(brief, async (prompt, round) => {
      const question = { key: `breakdown-${round}`, system: BREAKDOWN_RULES, prompt, maxTokens: MAX_TOKENS }
      return ask.model(question) ?? refusal('your client did not lend its model')
    })
    if ('tasks' in result) return { by: 'sampling', tasks: result.tasks.slice(0, breakdown.maxTasks) }
    reasons.push(`sampling: ${result.problem}`)
  }
  if (services.model) {
    const { model } = services
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(ENDPOINT_MS)])
    const result = await inRounds(brief, (prompt) =>
      model.complete({ system: BREAKDOWN_RULES, prompt, maxTokens: MAX_TOKENS, signal: inTime }),
    )
    if ('tasks' in result) return { by: 'endpoint', tasks: result.tasks.slice(0, breakdown.maxTasks) }
    reasons.push(`endpoint: ${result.problem}`)
  }
  return { by: 'nobody', reasons }
}

async function inRounds(
  brief: string,
  answerTo: (prompt: string, round: number) => Promise<string>,
): Promise<{ tasks: DraftedTask[] } | { problem: string }> {
  let prompt = brief
  let problem = ''
  for (let round = 1; round <= MAX_ROUNDS; round++) {
    try {
      const answer = await answerTo(prompt, round)
      const read = readDraftedTasks(answer)
      if ('tasks' in read) return read
      problem = read.problem
      prompt = correctionOf(brief, answer, problem)
    } catch (error) {
      if (error instanceof AskPending) throw error
      return { problem: (error as Error).message }
    }
  }
  return { problem }
}

function refusal(why: string): never {
  throw new Error(why)
}
