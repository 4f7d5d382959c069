/** Asking in the middle of a call: a person, by a form or a link, or the caller's own model. In both eras the call starts over with each answer. */
import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  type InputRequest,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type ServerContext,
} from '@modelcontextprotocol/server'
import type { z } from 'zod'
import type { Sealer } from './sealer.ts'

/** How long an answer may take, ms. */
const PATIENCE_MS = 60 * 60_000
/** Longest text of a model's answer that is kept, in characters. */
const MAX_ANSWER_CHARS = 64_000

/** What a person was shown, and how they answer. */
export interface FormQuestion<Shape extends z.ZodObject> {
  /** Name of the question, once per call. */
  key: string
  message: string
  /** A flat object of strings, numbers, booleans and choices. */
  form: Shape
}

/** What a person did with a form or a link; content that does not fit the form counts as `cancel`. */
export type PersonAnswer<Content> = { action: 'accept'; content: Content } | { action: 'decline' | 'cancel' }

/** What to ask of the caller's model. */
export interface ModelQuestion {
  /** Name of the question, once per call. */
  key: string
  system: string
  prompt: string
  maxTokens: number
}

/**
 * The way to the caller's person and model. A question without an answer yet ends the run with {@link AskPending}; the run starts over
 * with the answer. So ask before writing anything, with the same keys each time, and catch nothing around it.
 */
export interface Ask {
  /** A person can be shown a form. */
  canAskPerson: boolean
  /** A person can be sent to a page. */
  canShowLink: boolean
  /** The caller lends its model. */
  canAskModel: boolean
  /** Shows a form. */
  person<Shape extends z.ZodObject>(question: FormQuestion<Shape>): PersonAnswer<z.output<Shape>>
  /** Sends a person to a page; `accept` says that they went there, not what they did. */
  link(question: { key: string; message: string; url: string }): PersonAnswer<undefined>
  /** @returns the model's text, or `undefined` when the person or the client refused */
  model(question: ModelQuestion): string | undefined
}

/** Thrown to end a run until its question is answered; `result` is what the call answers meanwhile. */
export class AskPending extends Error {
  readonly result: InputRequiredResult

  constructor(result: InputRequiredResult) {
    super('the call waits for an answer')
    this.name = 'AskPending'
    this.result = result
  }
}

/** For calls whose caller can be asked nothing. */
export const ASK_NOBODY: Ask = {
  canAskPerson: false,
  canShowLink: false,
  canAskModel: false,
  person: () => ({ action: 'cancel' }),
  link: () => ({ action: 'cancel' }),
  model: () => undefined,
}

/** What came back for a question, as it travels in the state of later rounds. */
type KeptAnswer = { action: string; content?: unknown } | { text: string }

interface AskState {
  asked: string
  answers: Record<string, KeptAnswer>
  expiresAtMs: number
}

/** Where questions go, and what binds their answers. */
export interface AskScope {
  /** What the client declared, where the request itself does not say. */
  sessionCapabilities: ClientCapabilities | undefined
  states: Sealer
  /** The caller, the tool and its arguments: an answer counts for these alone. */
  boundTo: string
}

/** The {@link Ask} of one round of a call. */
export function createAsk({ mcpReq }: ServerContext, scope: AskScope): Ask {
  const envelope = mcpReq.envelope as Record<string, unknown> | undefined
  const declared = envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? scope.sessionCapabilities
  const { elicitation, sampling } = (declared ?? {}) as ClientCapabilities
  const answers = answersOf(mcpReq, scope)
  const answerTo = (key: string, request: () => InputRequest): KeptAnswer => {
    const known = answers[key]
    if (known) return known
    const state: AskState = { asked: key, answers, expiresAtMs: Date.now() + PATIENCE_MS }
    const requestState = scope.states.seal(state, scope.boundTo)
    throw new AskPending(inputRequired({ inputRequests: { [key]: request() }, requestState }))
  }
  const actionOf = (answer: KeptAnswer) => ('action' in answer && answer.action === 'decline' ? 'decline' : 'cancel')
  return {
    // Before forms and links were told apart, `{}` meant forms.
    canAskPerson: elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined),
    canShowLink: elicitation?.url !== undefined,
    canAskModel: sampling !== undefined,
    person({ key, message, form }) {
      const answer = answerTo(key, () => inputRequired.elicit({ message, requestedSchema: form }))
      const content =
        'action' in answer && answer.action === 'accept' ? form.safeParse(answer.content ?? {}) : undefined
      return content?.success ? { action: 'accept', content: content.data as never } : { action: actionOf(answer) }
    },
    link({ key, message, url }) {
      const answer = answerTo(key, () => inputRequired.elicitUrl({ message, url }))
      return 'action' in answer && answer.action === 'accept'
        ? { action: 'accept', content: undefined }
        : { action: actionOf(answer) }
    },
    model({ key, system, prompt, maxTokens }) {
      const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: prompt } }]
      const answer = answerTo(key, () => inputRequired.createMessage({ systemPrompt: system, messages, maxTokens }))
      return 'text' in answer ? answer.text : undefined
    },
  }
}

// An answer to what was never asked is no answer, so it counts only beside the sealed state of the round that asked.
function answersOf(mcpReq: ServerContext['mcpReq'], { states, boundTo }: AskScope): Record<string, KeptAnswer> {
  const sealed = mcpReq.requestState<string>()
  const state = typeof sealed === 'string' ? (states.open(sealed, boundTo) as AskState | undefined) : undefined
  if (!state || state.expiresAtMs <= Date.now()) return {}
  const answer = keptAnswer(inputResponse(mcpReq.inputResponses, state.asked))
  return answer ? { ...state.answers, [state.asked]: answer } : state.answers
}

function keptAnswer(view: ReturnType<typeof inputResponse>): KeptAnswer | undefined {
  if (view.kind === 'elicit') return { action: view.action, content: view.content }
  if (view.kind !== 'sampling') return undefined
  const blocks = [view.result.content].flat()
  const text = blocks.map((block) => (block.type === 'text' ? block.text : '')).join('')
  return { text: text.slice(0, MAX_ANSWER_CHARS) }
}
