/** An upstream's answer in the shape the agent's era wants, under the agent's own id. */
import { CALL_META_KEY, CONTEXT_META_KEY } from '@causeway/shared-contracts/wire-names'
import { GatewayError } from '../errors.ts'
import type { UpstreamAnswer } from '../upstream/answer.ts'
import { isObject } from './envelope.ts'
import { errorToAgent } from './error-to-agent.ts'
import { type Member, membersOf, withMembers } from './json-span.ts'
import { resultText } from './jsonrpc.ts'
import { type Era, SERVER_INFO_META } from './revisions.ts'

/** Methods whose modern results say how long they may be kept. */
const CACHED = new Set(['resources/read', 'skills/get', 'resources/directory/read'])

/** What the conversion depends on. */
export interface AnswerContext {
  upstream: string
  method: string
  agentEra: Era
  upstreamEra: Era
  /** The agent's id, as JSON text. */
  idText: string
  /** Whether the upstream answered under that id already. */
  passesIds: boolean
  /** Whether the tool's output schema is not an object at its root, so that legacy clients were listed a wrapped one. */
  hasBareOutput?: boolean
  /** Stands before what a person is asked to open first (error -32042 of 2025-11-25); absent where the upstream may not ask that. */
  linkTitle?: string | undefined
  /** Told to the agent in the result's `_meta` when it used a former name. */
  deprecation: string | undefined
  /** JSON text of the context that the agent is to hand on; it stands in place of what the domain server said of it. */
  context?: string | undefined
}

type ResultAnswer = Extract<UpstreamAnswer, { error?: undefined }>

/** A response ready to be sent. */
export interface AgentAnswer {
  status: number
  text: string
  /** The same as it came, where nothing of it was changed. */
  body?: Buffer | undefined
  outcome: 'result' | 'tool_error' | 'upstream_error'
}

/**
 * Converts one answer.
 * @throws GatewayError upstream_error | input_unsupported
 */
export function answerToAgent(answer: UpstreamAnswer, context: AnswerContext): AgentAnswer {
  if (answer.error) return errorToAgent(answer, context)
  const outcome = answer.result.isError === true ? 'tool_error' : 'result'
  const isUntouched =
    context.agentEra === context.upstreamEra &&
    context.deprecation === undefined &&
    context.context === undefined &&
    !lacksType(answer, context) &&
    !(context.hasBareOutput && context.agentEra === 'legacy')
  if (isUntouched && context.passesIds && isReadAlike(context.idText))
    return { status: 200, text: answer.text, body: answer.body, outcome }
  // The last, as every parser takes it, should an upstream write one twice.
  const result = membersOf(answer.text, 0).findLast((member) => member.key === 'result') as Member
  const text = isUntouched
    ? answer.text.slice(result.start, result.end)
    : changedResult(answer, membersOf(answer.text, result.start), context)
  return { status: 200, text: resultText(context.idText, text), outcome }
}

// Modern clients may refuse a result that does not say what it is; the specification has the gateway, as a client, take it as complete.
function lacksType({ result }: ResultAnswer, { agentEra }: AnswerContext): boolean {
  return agentEra === 'modern' && result.resultType === undefined
}

// An upstream may have read the id as a double, or dropped its escapes, and given back another spelling.
function isReadAlike(idText: string): boolean {
  return JSON.stringify(JSON.parse(idText)) === idText
}

function changedResult(answer: ResultAnswer, members: readonly Member[], context: AnswerContext): string {
  return withMembers(answer.text, members, resultChanges(answer, members, context))
}

function resultChanges(
  answer: ResultAnswer,
  members: readonly Member[],
  context: AnswerContext,
): Record<string, string | undefined> {
  const changes: Record<string, string | undefined> = {}
  if (context.agentEra === 'legacy') Object.assign(changes, toLegacy(answer, members, context))
  if (lacksType(answer, context)) changes.resultType = '"complete"'
  if (context.agentEra === 'modern' && context.upstreamEra === 'legacy') {
    changes.resultType = '"complete"'
    if (CACHED.has(context.method)) Object.assign(changes, { ttlMs: '0', cacheScope: '"private"' })
  }
  return { ...changes, ...metaChange(answer, members, context) }
}

function toLegacy(
  answer: ResultAnswer,
  members: readonly Member[],
  context: AnswerContext,
): Record<string, string | undefined> {
  const { resultType, structuredContent } = answer.result
  const isModernUpstream = context.upstreamEra === 'modern'
  if (isModernUpstream && resultType !== undefined && resultType !== 'complete') {
    throw new GatewayError(
      'input_unsupported',
      `Cannot finish the call to upstream "${context.upstream}": it answered with "${String(resultType).slice(0, 40)}"`,
      { upstream: context.upstream },
    )
  }
  const changes: Record<string, string | undefined> = isModernUpstream
    ? { resultType: undefined, ttlMs: undefined, cacheScope: undefined }
    : {}
  const structured = members.findLast((member) => member.key === 'structuredContent')
  if (structured && (context.hasBareOutput || (isModernUpstream && !isObject(structuredContent))))
    changes.structuredContent = `{"result":${answer.text.slice(structured.start, structured.end)}}`
  return changes
}

// Who answered is a word of the modern era; a legacy agent knows the gateway from its session.
function metaChange(
  { text, result }: ResultAnswer,
  members: readonly Member[],
  { agentEra, upstreamEra, deprecation, context }: AnswerContext,
): { _meta?: string | undefined } {
  const sent = isObject(result._meta) ? result._meta : {}
  const isNamed = agentEra === 'legacy' && upstreamEra === 'modern' && Object.hasOwn(sent, SERVER_INFO_META)
  if (!isNamed && deprecation === undefined && context === undefined) return {}
  const meta = isObject(result._meta) && members.findLast((member) => member.key === '_meta')
  const changed = withMembers(text, meta ? membersOf(text, meta.start) : [], {
    ...(isNamed ? { [SERVER_INFO_META]: undefined } : {}),
    ...(deprecation === undefined ? {} : { 'causeway/deprecated': JSON.stringify(deprecation) }),
    ...(context === undefined ? {} : { [CALL_META_KEY]: undefined, [CONTEXT_META_KEY]: context }),
  })
  return { _meta: changed === '{}' ? undefined : changed }
}
