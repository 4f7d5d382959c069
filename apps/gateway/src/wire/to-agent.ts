/** An upstream's answer in the shape the agent's era wants, under the agent's own id. */
import { FAILURES, GatewayError } from '../errors.ts'
import type { RpcError, UpstreamAnswer } from '../upstream/answer.ts'
import { isObject } from './envelope.ts'
import { type Member, membersOf, withMembers } from './json-span.ts'
import { errorText, resultText } from './jsonrpc.ts'
import type { Era } from './revisions.ts'

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
  /** Told to the agent in the result's `_meta` when it used a former name. */
  deprecation: string | undefined
}

/** A response ready to be sent. */
export interface AgentAnswer {
  status: number
  text: string
  outcome: 'result' | 'tool_error' | 'upstream_error'
}

/** Errors of an upstream that mean the same to the agent; anything else is the upstream's own affair. */
const PASSED_ERRORS: ReadonlyMap<number, number> = new Map([
  [-32601, 404],
  [-32602, 200],
  [-32021, 400],
])
const RESOURCE_NOT_FOUND = -32002
const INVALID_PARAMS = -32602
/** Keys of {@link RpcError.data} that may hold what went wrong inside the upstream. */
const PRIVATE_DATA = /stack|trace|cause|path/i

/**
 * Converts one answer.
 * @throws GatewayError upstream_error | input_unsupported
 */
export function answerToAgent(answer: UpstreamAnswer, context: AnswerContext): AgentAnswer {
  if (answer.error) return errorToAgent(answer.error, context)
  const outcome = answer.result.isError === true ? 'tool_error' : 'result'
  const isUntouched = context.agentEra === context.upstreamEra && context.deprecation === undefined
  if (isUntouched && context.passesIds) return { status: 200, text: answer.text, outcome }
  const result = membersOf(answer.text, 0).find((member) => member.key === 'result') as Member
  const members = membersOf(answer.text, result.start)
  const text = isUntouched
    ? answer.text.slice(result.start, result.end)
    : withMembers(answer.text, members, resultChanges(answer, members, context))
  return { status: 200, text: resultText(context.idText, text), outcome }
}

function resultChanges(
  answer: { text: string; result: Record<string, unknown> },
  members: readonly Member[],
  context: AnswerContext,
): Record<string, string | undefined> {
  const changes: Record<string, string | undefined> = {}
  if (context.agentEra === 'legacy' && context.upstreamEra === 'modern')
    Object.assign(changes, toLegacy(answer, members, context))
  if (context.agentEra === 'modern' && context.upstreamEra === 'legacy') {
    changes.resultType = '"complete"'
    if (context.method === 'resources/read') Object.assign(changes, { ttlMs: '0', cacheScope: '"private"' })
  }
  if (context.deprecation !== undefined)
    changes._meta = JSON.stringify({
      ...(isObject(answer.result._meta) ? answer.result._meta : {}),
      'causeway/deprecated': context.deprecation,
    })
  return changes
}

function toLegacy(
  answer: { text: string; result: Record<string, unknown> },
  members: readonly Member[],
  context: AnswerContext,
): Record<string, string | undefined> {
  const { resultType, structuredContent } = answer.result
  if (resultType !== undefined && resultType !== 'complete') {
    throw new GatewayError(
      'input_unsupported',
      `Cannot finish the call to upstream "${context.upstream}": it answered with "${String(resultType).slice(0, 40)}"`,
      { upstream: context.upstream },
    )
  }
  const changes: Record<string, string | undefined> = { resultType: undefined, ttlMs: undefined, cacheScope: undefined }
  const structured = members.find((member) => member.key === 'structuredContent')
  if (structured && !isObject(structuredContent))
    changes.structuredContent = `{"result":${answer.text.slice(structured.start, structured.end)}}`
  return changes
}

function errorToAgent(error: RpcError, context: AnswerContext): AgentAnswer {
  const code = error.code === RESOURCE_NOT_FOUND ? INVALID_PARAMS : error.code
  const status = PASSED_ERRORS.get(code)
  if (status === undefined) {
    throw new GatewayError(
      'upstream_error',
      `Cannot finish the call to upstream "${context.upstream}": it failed with error ${error.code}`,
      {
        upstream: context.upstream,
        hint: FAILURES.upstream_error.hint,
        cause: error,
      },
    )
  }
  const { message } = error
  const data = isObject(error.data) ? { data: publicData(error.data) } : {}
  return {
    status: context.agentEra === 'modern' ? status : 200,
    text: errorText(context.idText, { code, message, ...data }),
    outcome: 'upstream_error',
  }
}

function publicData(data: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).filter(([key]) => !PRIVATE_DATA.test(key)))
}
