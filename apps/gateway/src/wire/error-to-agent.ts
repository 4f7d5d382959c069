/** Which of an upstream's errors an agent gets to see, and in which form; the others are the upstream's own affair. */
import { type FailureDetail, GatewayError } from '../errors.ts'
import { FAILURES, type FailureCode } from '../failures.ts'
import type { RpcError, UpstreamAnswer } from '../upstream/answer.ts'
import { isObject } from './envelope.ts'
import { mapElements, mapMembers, memberText } from './json-span.ts'
import { failureText } from './jsonrpc.ts'
import { labelText } from './label-text.ts'
import { MAX_DEPTH } from './strict-scan.ts'
import type { AgentAnswer, AnswerContext } from './to-agent.ts'

/** Errors of an upstream that mean the same to the agent, with the HTTP status of each. */
const PASSED_ERRORS: ReadonlyMap<number, number> = new Map([
  [-32601, 404],
  [-32602, 200],
])
const CAPABILITY_MISSING = -32021
/** What the legacy era calls a resource that is not there; the modern one has no such code. */
const LEGACY_RESOURCE_NOT_FOUND = -32002
const INVALID_PARAMS = -32602
/** How the legacy era says that a person has to open a page before the call can succeed; the modern one asks for that by its results. */
const LINK_REQUIRED = -32042
const INTERNAL_ERROR = -32603
const UPSTREAM_ID = /^[a-z][a-z0-9-]{0,15}$/
/** Keys of {@link RpcError.data} that may hold what went wrong inside the upstream. */
const PRIVATE_DATA = /stack|trace|cause|path/i

type ErrorAnswer = Extract<UpstreamAnswer, { result?: undefined }>

/**
 * Converts one error, byte for byte but for its code and what tells of the upstream's inside.
 * @throws GatewayError upstream_error | input_unsupported
 */
export function errorToAgent({ text, error }: ErrorAnswer, context: AnswerContext): AgentAnswer {
  const passed = passedError(error.code, context)
  if (passed === undefined) throw ownFailure(error, context)
  const shown = mapMembers(publicText(memberText(text, 'error') as string), (key, value) => {
    if (key === 'code') return passed.code === error.code ? value : String(passed.code)
    if (key === 'data') return isObject(error.data) ? shownData(value, error, context) : undefined
    return value
  })
  return {
    status: passed.status,
    text: failureText(context.idText, shown),
    outcome: 'upstream_error',
  }
}

/** The code and HTTP status that the agent gets; `undefined` for what is none of its business. */
function passedError(code: number, context: AnswerContext): { code: number; status: number } | undefined {
  const isModern = context.agentEra === 'modern'
  if (code === LEGACY_RESOURCE_NOT_FOUND) return { code: isModern ? INVALID_PARAMS : code, status: 200 }
  if (code === LINK_REQUIRED) {
    const isKnown = !isModern && context.upstreamEra === 'legacy'
    return isKnown && context.linkTitle !== undefined ? { code, status: 200 } : undefined
  }
  // To a legacy upstream the number means something of its own.
  if (code === CAPABILITY_MISSING)
    return isModern && context.upstreamEra === 'modern' ? { code, status: 400 } : undefined
  const status = PASSED_ERRORS.get(code)
  return status === undefined ? undefined : { code, status: isModern ? status : 200 }
}

// Who asks stands before what a person reads, as with every other question.
function shownData(data: string, { code }: RpcError, { linkTitle }: AnswerContext): string {
  if (code !== LINK_REQUIRED || linkTitle === undefined) return data
  const labelled = (link: string) =>
    mapMembers(link, (key, value) => (key === 'message' ? labelText(linkTitle, value) : value))
  return mapMembers(data, (key, value) =>
    key === 'elicitations' && value[0] === '['
      ? mapElements(value, (each) => (each[0] === '{' ? labelled(each) : each))
      : value,
  )
}

function ownFailure(error: RpcError, { agentEra, upstreamEra, upstream }: AnswerContext): GatewayError {
  if (error.code === LINK_REQUIRED && upstreamEra === 'legacy') {
    return new GatewayError(
      'input_unsupported',
      `Cannot finish the call to upstream "${upstream}": it needs a person to open a page first`,
      { upstream, cause: error },
    )
  }
  if (error.code === CAPABILITY_MISSING && agentEra === 'legacy' && upstreamEra === 'modern') {
    return new GatewayError(
      'input_unsupported',
      `Cannot finish the call to upstream "${upstream}": it needs a client that can be asked`,
      { upstream, cause: error },
    )
  }
  const inner = failureOfGateway(error)
  if (inner) {
    const message = `Cannot finish the call to upstream "${upstream}": behind it is a gateway that failed with ${inner.code}`
    return new GatewayError(inner.code, message, { ...inner.detail, upstream, cause: error })
  }
  return new GatewayError(
    'upstream_error',
    `Cannot finish the call to upstream "${upstream}": it failed with error ${error.code}`,
    { upstream, cause: error },
  )
}

// Of what an upstream claims as a gateway's failure only words of this gateway's own table are passed on.
function failureOfGateway({ code, data }: RpcError): { code: FailureCode; detail: FailureDetail } | undefined {
  if (code !== INTERNAL_ERROR || !isObject(data) || typeof data.requestId !== 'string') return undefined
  const known = String(data.code)
  if (!Object.hasOwn(FAILURES, known) || FAILURES[known as FailureCode].rpc !== INTERNAL_ERROR) return undefined
  const { retryable, retryAfterMs, upstream } = data
  const isNamed = typeof upstream === 'string' && UPSTREAM_ID.test(upstream)
  return {
    code: known as FailureCode,
    detail: {
      ...(typeof retryable === 'boolean' ? { retryable } : {}),
      ...(Number.isSafeInteger(retryAfterMs) ? { retryAfterMs: retryAfterMs as number } : {}),
      ...(isNamed ? { data: { innerUpstream: upstream } } : {}),
    },
  }
}

// At any depth; a path that is a list names a place in the arguments, a path that is text one on the upstream's disk.
function publicText(text: string, depth = 1): string {
  if (text[0] !== '{' && text[0] !== '[') return text
  if (depth > MAX_DEPTH) return 'null'
  if (text[0] === '[') return mapElements(text, (each) => publicText(each, depth + 1))
  return mapMembers(text, (key, value) =>
    PRIVATE_DATA.test(key) && !isPlace(key, value) ? undefined : publicText(value, depth + 1),
  )
}

function isPlace(key: string, value: string): boolean {
  return /path/i.test(key) && value[0] === '['
}
