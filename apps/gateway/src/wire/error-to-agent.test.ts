/** An agent sees the errors that are about its request; what is wrong inside an upstream stays there. */
import { describe, expect, it } from 'vitest'
import type { GatewayError } from '../errors.ts'
import type { RpcError } from '../upstream/answer.ts'
import { errorToAgent } from './error-to-agent.ts'
import type { AnswerContext } from './to-agent.ts'

function convert(error: RpcError, context: Partial<AnswerContext> = {}) {
  return convertText(JSON.stringify(error), context)
}
function convertText(errorText: string, context: Partial<AnswerContext> = {}) {
  const answer = { text: `{"jsonrpc":"2.0","id":1,"error":${errorText}}`, error: JSON.parse(errorText) as RpcError }
  return errorToAgent(answer, {
    upstream: 'up',
    method: 'tools/call',
    agentEra: 'modern',
    upstreamEra: 'modern',
    idText: '1.0',
    passesIds: true,
    deprecation: undefined,
    ...context,
  })
}
const LEGACY = { agentEra: 'legacy', upstreamEra: 'legacy' } as const

describe('what is about the request', () => {
  it.each([
    ['an unknown method', -32601, 404, -32601],
    ['bad params', -32602, 200, -32602],
    ['a missing capability', -32021, 400, -32021],
    ['a resource that is not there', -32002, 200, -32602],
  ])('passes to a modern agent: %s', (_name, sent, status, code) => {
    const answer = convert({ code: sent, message: 'no' })
    expect(answer).toEqual({
      status,
      text: `{"jsonrpc":"2.0","id":1.0,"error":{"code":${code},"message":"no"}}`,
      outcome: 'upstream_error',
    })
  })

  it.each([-32601, -32602, -32002])('passes to a legacy agent in band: %i', (code) => {
    const { status, text } = convert({ code, message: 'no' }, LEGACY)
    expect(status).toBe(200)
    expect(JSON.parse(text)).toEqual({ jsonrpc: '2.0', id: 1, error: { code, message: 'no' } })
  })

  it('keeps its data, but for what tells of the inside', () => {
    const data = {
      uri: 'x:1',
      requiredCapabilities: { elicitation: {} },
      issues: [{ path: ['a', 0], message: 'm', stack: 's' }],
      stack: 'Error at x',
      stackTrace: [],
      cause: {},
      path: '/etc/x',
      nested: { filePath: '/etc/x', kept: 1 },
    }
    expect(JSON.parse(convert({ code: -32602, message: 'no', data }).text).error.data).toEqual({
      uri: 'x:1',
      requiredCapabilities: { elicitation: {} },
      issues: [{ path: ['a', 0], message: 'm' }],
      nested: { kept: 1 },
    })
  })

  it.each([
    ['{ "code":-32602.0,"message":"\\u0041\\/\\ud800","data":{"n":1.0,"9":1,"1":-0},"more":[ 1e400 ] }', undefined],
    ['{"code":-32602,"message":"m","data":{"a":[{"stack":1, "n":1.0} ,2],"st\\u0061ck":1}}', '{"a":[{"n":1.0} ,2]}'],
    ['{"code":-32602,"message":"m","data":{"__proto__":{"cause":1,"n":1.0}}}', '{"__proto__":{"n":1.0}}'],
  ])('keeps the bytes of what it passes: %s', (error, data) => {
    const shown = data === undefined ? error : `{"code":-32602,"message":"m","data":${data}}`
    expect(convertText(error).text).toBe(`{"jsonrpc":"2.0","id":1.0,"error":${shown}}`)
  })

  it('ends data that is nested deeper than anything that is served', () => {
    const deep = `${'{"a":['.repeat(200)}1${']}'.repeat(200)}`
    const { data } = JSON.parse(convertText(`{"code":-32602,"message":"m","data":${deep}}`).text).error
    expect(JSON.stringify(data)).toBe(`${'{"a":['.repeat(31)}{"a":null}${']}'.repeat(31)}`)
  })

  it.each(['at file.js:1', 7, null, [1]])('drops data that is no object: %j', (data) => {
    expect(JSON.parse(convert({ code: -32602, message: 'no', data }).text).error).not.toHaveProperty('data')
  })
})

describe("what is the upstream's own", () => {
  it.each([-32603, -32000, -32001, -32020, -32022, -32700, -32600, 500, 0])('becomes upstream_error: %i', (code) => {
    const failure = expect.objectContaining({ code: 'upstream_error', message: expect.not.stringContaining('secret') })
    expect(() => convert({ code, message: 'secret' })).toThrow(failure)
    expect(() => convert({ code, message: 'secret' }, LEGACY)).toThrow(failure)
  })

  it('is -32021 from a legacy upstream, where the number is not taken', () => {
    expect(() => convert({ code: -32021, message: 'no' }, { upstreamEra: 'legacy' })).toThrow(
      expect.objectContaining({ code: 'upstream_error' }),
    )
  })
})

describe('-32042, for a page that a person has to open first', () => {
  const error = { code: -32042, message: 'no', data: { elicitations: [{ message: 'Sign in', url: 'https://x' }, 7] } }

  it('passes from a legacy upstream to a legacy agent, in the name of who asks', () => {
    const { status, text } = convert(error, { ...LEGACY, linkTitle: 'Mail' })
    expect([status, JSON.parse(text).error]).toEqual([
      200,
      { code: -32042, message: 'no', data: { elicitations: [{ message: 'Mail: Sign in', url: 'https://x' }, 7] } },
    ])
  })

  it('is input that cannot be had where the agent may not be asked, or its era has no such error', () => {
    const failure = expect.objectContaining({ code: 'input_unsupported' })
    expect(() => convert(error, LEGACY)).toThrow(failure)
    expect(() => convert(error, { upstreamEra: 'legacy', linkTitle: 'Mail' })).toThrow(failure)
  })

  it("is a modern upstream's own affair", () => {
    const failure = expect.objectContaining({ code: 'upstream_error' })
    expect(() => convert(error, { agentEra: 'legacy', linkTitle: 'Mail' })).toThrow(failure)
  })
})

it('a modern upstream that misses a capability cannot serve a legacy agent', () => {
  expect(() => convert({ code: -32021, message: 'no' }, { agentEra: 'legacy' })).toThrow(
    expect.objectContaining({ code: 'input_unsupported' }),
  )
})

describe('a gateway behind the upstream', () => {
  const inner = { code: 'upstream_timeout', upstream: 'db', retryable: true, requestId: 'r', hint: 'secret', secret: 1 }
  const failure = (data: unknown, code = -32603) => {
    try {
      convert({ code, message: 'secret', data })
    } catch (error) {
      return error as GatewayError
    }
    throw new Error('It was passed on')
  }

  it('keeps its failure code, and nothing of its own words', () => {
    const { code, message, detail } = failure(inner)
    expect(code).toBe('upstream_timeout')
    expect(message).toContain('behind it is a gateway that failed with upstream_timeout')
    expect(message).not.toContain('secret')
    const { cause: _, ...told } = detail
    expect(told).toEqual({ upstream: 'up', retryable: true, data: { innerUpstream: 'db' } })
  })

  it.each([
    ['no code of the table', { ...inner, code: 'secret' }],
    ['a code that blames the request', { ...inner, code: 'unknown_tool' }],
    ['a name of every object', { ...inner, code: 'constructor' }],
    ['no request id', { ...inner, requestId: 7 }],
  ])('is not believed with %s', (_name, data) => {
    expect(failure(data).code).toBe('upstream_error')
    expect(failure(inner, -32000).code).toBe('upstream_error')
  })

  it('has nothing relayed that is not of the kind it should be', () => {
    const { detail } = failure({ ...inner, upstream: '/etc/secret', retryable: 'secret', retryAfterMs: 'secret' })
    const { cause: _, ...told } = detail
    expect(told).toEqual({ upstream: 'up' })
  })
})
