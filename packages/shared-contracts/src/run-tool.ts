/** One tool call inside a domain server: scopes, arguments, the tool itself, and a result that fits and validates. */
import type { z } from 'zod'
import { AskPending } from './ask.ts'
import { HARD_RESULT_BYTES } from './bounded-rows.ts'
import { type ContextUpdate, replyTo } from './call-message.ts'
import { missingScopes } from './caller.ts'
import type { CallContext, ResourceLink, ToolAnswer, ToolDefinition } from './define-tool.ts'
import { isObject } from './is-object.ts'
import { ToolError, type ToolErrorShape } from './tool-error.ts'
import { CALL_META_KEY } from './wire-names.ts'

/** The MCP `CallToolResult` that a tool call ends in. */
export interface ToolResult {
  [key: string]: unknown
  content: [{ type: 'text'; text: string }, ...({ type: 'resource_link' } & ResourceLink)[]]
  structuredContent: Record<string, unknown>
  isError?: boolean
  _meta?: Record<string, unknown>
}

/**
 * Runs a tool and answers in every case but one; nothing but a {@link ToolError} tells its message.
 * @throws AskPending when the call cannot go on without an answer
 */
export async function runTool<Services>(
  tool: ToolDefinition<Services>,
  args: unknown,
  call: CallContext<Services>,
): Promise<ToolResult> {
  const startedAtMs = performance.now()
  const result = await resultOf(tool, args, call)
  const error = (result.structuredContent.error as ToolErrorShape | undefined)?.code
  const outcome = result.isError ? { outcome: 'tool_error', error } : { outcome: 'result' }
  const { agent, user } = call.caller
  call.log.info(
    { tool: tool.name, agent, user, ...outcome, ms: Math.round(performance.now() - startedAtMs) },
    'tool call',
  )
  return result
}

async function resultOf<Services>(
  tool: ToolDefinition<Services>,
  args: unknown,
  call: CallContext<Services>,
): Promise<ToolResult> {
  const timeout = AbortSignal.timeout(tool.timeoutMs)
  try {
    requireScopes(tool, call)
    const signal = AbortSignal.any([call.signal, timeout])
    const answer = await tool.run(parseArguments(tool, args) as never, { ...call, signal })
    return answerOf(tool, answer, call)
  } catch (error) {
    if (error instanceof AskPending) {
      const { agent, user } = call.caller
      call.log.info({ tool: tool.name, agent, user, outcome: 'input_required' }, 'tool call')
      throw error
    }
    if (error instanceof ToolError) return withReply(toErrorResult(error), call)
    if (timeout.aborted) return withReply(toErrorResult(timedOut(tool)), call)
    if (!call.signal.aborted) call.log.error({ err: error, tool: tool.name, requestId: call.requestId }, 'tool failed')
    return withReply(toErrorResult(failedInside(tool, call)), call)
  }
}

function answerOf<Services>(
  tool: ToolDefinition<Services>,
  answer: ToolAnswer<unknown>,
  call: CallContext<Services>,
): ToolResult {
  try {
    return withReply(toResult(tool, answer), call, tool.usesContext ? answer.contextUpdate : undefined)
  } catch (error) {
    if (tool.effect === 'read') throw error
    call.log.error({ err: error, tool: tool.name, requestId: call.requestId }, 'what a tool did cannot be told')
    const code = error instanceof ToolError ? error.shape.code : 'internal'
    throw new ToolError(
      code,
      `${tool.name} took effect, but what it did cannot be told. Do not repeat it: look at what is there now.`,
    )
  }
}

function requireScopes(tool: ToolDefinition, { caller }: Pick<CallContext, 'caller'>): void {
  const missing = missingScopes(caller, tool.scopes)
  if (missing.length > 0)
    throw new ToolError(
      'forbidden',
      `Cannot call ${tool.name}: agent "${caller.agent}" lacks the scope ${missing.join(', ')}.`,
    )
}

function timedOut({ name, effect, timeoutMs }: Pick<ToolDefinition, 'name' | 'effect' | 'timeoutMs'>): ToolError {
  const next =
    effect === 'read' ? 'Ask for less, or try again.' : 'It may have taken effect: look before you repeat it.'
  return new ToolError('timed_out', `${name} did not end within ${timeoutMs / 1_000} s and was stopped. ${next}`, {
    retryable: effect === 'read',
  })
}

function failedInside(
  { name }: Pick<ToolDefinition, 'name'>,
  { requestId }: Pick<CallContext, 'requestId'>,
): ToolError {
  return new ToolError(
    'internal',
    `${name} failed inside its domain server. Try again; if it persists, report request ${requestId}.`,
    { retryable: true },
  )
}

// Made last, because an update that is no context must not leave with a result.
function withReply(result: ToolResult, { message }: CallContext, update?: ContextUpdate): ToolResult {
  return message ? { ...result, _meta: { [CALL_META_KEY]: replyTo(message, update) } } : result
}

// Many models give every argument and leave out by an empty string, and none of these says anything when it is empty.
const NEVER_EMPTY = new Set(['cursor', 'idempotency_key', 'confirmation_token'])

function withoutEmpty(args: unknown): unknown {
  if (!isObject(args)) return args ?? {}
  return Object.fromEntries(Object.entries(args).filter(([name, value]) => value !== '' || !NEVER_EMPTY.has(name)))
}

function parseArguments(tool: ToolDefinition, args: unknown): unknown {
  const parsed = tool.input.strict().safeParse(withoutEmpty(args))
  if (parsed.success) return parsed.data
  const { issues } = parsed.error
  // A misspelled name explains the missing one, so it is told first.
  const issue = (issues.find((one) => one.code === 'unrecognized_keys') ?? issues[0]) as z.core.$ZodIssue
  const field = issue.code === 'unrecognized_keys' ? issue.keys[0] : issue.path.join('.')
  const allowed =
    issue.code === 'invalid_value'
      ? issue.values.map(String)
      : issue.code === 'unrecognized_keys'
        ? Object.keys(tool.input.shape)
        : undefined
  const problems = issues.slice(0, 5).map((one) => `${one.path.join('.') || 'arguments'}: ${one.message}`)
  throw new ToolError(
    'invalid_arguments',
    `Cannot call ${tool.name}: ${problems.join('; ')}.${allowed ? ` Allowed: ${allowed.join(', ')}.` : ''}`,
    {
      ...(field ? { field } : {}),
      ...(allowed ? { allowed } : {}),
    },
  )
}

function toResult(tool: ToolDefinition, answer: ToolAnswer<unknown>): ToolResult {
  const data = tool.output.parse(answer.data) as Record<string, unknown>
  const bytes = Math.max(Buffer.byteLength(answer.text), Buffer.byteLength(JSON.stringify(data)))
  if (bytes > HARD_RESULT_BYTES) {
    throw new ToolError(
      'result_too_large',
      `${tool.name} found more than fits in one result (${bytes} bytes). Narrow the filters or lower the limit.`,
    )
  }
  const links = (answer.links ?? []).map((link) => ({ type: 'resource_link' as const, ...link }))
  return { content: [{ type: 'text', text: answer.text }, ...links], structuredContent: data }
}

function toErrorResult(error: ToolError): ToolResult {
  const shape: ToolErrorShape = error.shape
  return { content: [{ type: 'text', text: shape.message }], structuredContent: { error: shape }, isError: true }
}
