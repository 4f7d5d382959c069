/** Results keep their bytes but for what the agent's era must not see, under the agent's own id. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { objectText, stringText } from '../../test/support/arbitrary-json.ts'
import { verifies } from '../../test/support/verifies.ts'
import { membersOf } from './json-span.ts'
import { type AnswerContext, answerToAgent } from './to-agent.ts'

const CONTEXT: AnswerContext = {
  upstream: 'up',
  method: 'tools/call',
  agentEra: 'modern',
  upstreamEra: 'modern',
  idText: '1',
  passesIds: true,
  deprecation: undefined,
}
/** Results of this era need no type. */
const LEGACY = { agentEra: 'legacy', upstreamEra: 'legacy' } as const
const LEGACY_AGENT = { agentEra: 'legacy', passesIds: true } as const
const LEGACY_UPSTREAM = { upstreamEra: 'legacy', passesIds: false } as const

function answer(resultJson: string, context: Partial<AnswerContext> = {}, idText = '1') {
  const text = `{"jsonrpc":"2.0","id":${idText},"result":${resultJson}}`
  const { result } = JSON.parse(text) as { result: Record<string, unknown> }
  return answerToAgent({ text, result }, { ...CONTEXT, ...context })
}
const resultOf = (text: string) => {
  const member = membersOf(text, 0).find(({ key }) => key === 'result')
  return member && text.slice(member.start, member.end)
}

describe('between equal eras', () => {
  it('the whole answer passes as it came', () => {
    const result = ' { "content":[], "structuredContent":{"a":1.0,"b":1e400}, "resultType":"task" }'
    expect(answer(result).text).toBe(`{"jsonrpc":"2.0","id":1,"result":${result}}`)
  })

  it(verifies('edge.bytes', "a result under an id of the gateway gets the agent's own, byte for byte"), () => {
    fc.assert(
      fc.property(objectText, stringText, (result, idText) => {
        const { text } = answer(result.text, { ...LEGACY, idText, passesIds: false }, '77')
        expect(text).toBe(`{"jsonrpc":"2.0","id":${idText},"result":${result.text}}`)
      }),
    )
  })

  it.each(['12345678901234567890', '1.0', '1e400', '-0', '1e2', '"\\u00e9\\/"'])(
    'the id %s comes back as it was sent, though the upstream wrote it otherwise',
    (idText) => {
      const { text } = answer('{"content":[]}', { ...LEGACY, idText }, JSON.stringify(JSON.parse(idText)))
      expect(text).toBe(`{"jsonrpc":"2.0","id":${idText},"result":{"content":[]}}`)
    },
  )

  it('a modern result without a type is complete, and a modern agent is told so', () => {
    expect(resultOf(answer('{"content":[{"n":1.0}]}').text)).toBe('{"content":[{"n":1.0}],"resultType":"complete"}')
  })

  it('of two results the last is taken, as parsers do', () => {
    const text = '{"jsonrpc":"2.0","id":5,"result":{"a":1},"result":{"b":2}}'
    const result = (JSON.parse(text) as { result: Record<string, unknown> }).result
    const { text: sent } = answerToAgent({ text, result }, { ...CONTEXT, ...LEGACY, passesIds: false })
    expect(sent).toBe('{"jsonrpc":"2.0","id":1,"result":{"b":2}}')
  })
})

it("a tool's own failure is told apart from a result and passes untouched", () => {
  expect(answer('{"isError":true,"content":[]}')).toMatchObject({ status: 200, outcome: 'tool_error' })
  expect(answer('{"isError":"true","content":[]}')).toMatchObject({ outcome: 'result' })
})

describe('a legacy agent of a modern upstream', () => {
  it('sees nothing that only the modern era knows', () => {
    const result = '{"resultType":"complete","content":[{"n":1.0}],"ttlMs":5,"cacheScope":"private","_meta":{"a":1.0}}'
    expect(resultOf(answer(result, LEGACY_AGENT).text)).toBe('{"content":[{"n":1.0}],"_meta":{"a":1.0}}')
  })

  it.each(['[1.0]', '"a"', 'null', '1e400', 'true'])('gets structured content that is %s wrapped', (value) => {
    expect(resultOf(answer(`{"content":[],"structuredContent":${value}}`, LEGACY_AGENT).text)).toBe(
      `{"content":[],"structuredContent":{"result":${value}}}`,
    )
  })

  it('gets an object wrapped too where the listed schema was', () => {
    const result = '{"structuredContent":{"a":1.0}}'
    expect(resultOf(answer(result, LEGACY_AGENT).text)).toBe(result)
    expect(resultOf(answer(result, { ...LEGACY_AGENT, hasBareOutput: true }).text)).toBe(
      '{"structuredContent":{"result":{"a":1.0}}}',
    )
  })

  it('is not told who answered, which sessions tell once', () => {
    const info = '"io.modelcontextprotocol/serverInfo":{"name":"up","version":"1"}'
    expect(resultOf(answer(`{"content":[],"_meta":{"a":1.0, ${info}}}`, LEGACY_AGENT).text)).toBe(
      '{"content":[],"_meta":{"a":1.0}}',
    )
    expect(resultOf(answer(`{"content":[],"_meta":{${info}}}`, LEGACY_AGENT).text)).toBe('{"content":[]}')
    const untouched = `{"content":[],"_meta":{${info}},"resultType":"complete"}`
    expect(resultOf(answer(untouched).text)).toBe(untouched)
    expect(resultOf(answer(untouched, LEGACY).text)).toBe(untouched)
  })

  it.each(['"input_required"', '"task"', '7'])('cannot be given a result of type %s', (type) => {
    expect(() => answer(`{"resultType":${type}}`, LEGACY_AGENT)).toThrow(
      expect.objectContaining({ code: 'input_unsupported' }),
    )
  })
})

it('a legacy agent of a legacy upstream gets wrapped what it was listed wrapped', () => {
  const result = '{"structuredContent":[ 1.0 ],"resultType":"own"}'
  expect(resultOf(answer(result, LEGACY).text)).toBe(result)
  expect(resultOf(answer(result, { ...LEGACY, hasBareOutput: true }).text)).toBe(
    '{"structuredContent":{"result":[ 1.0 ]},"resultType":"own"}',
  )
})

describe('a modern agent of a legacy upstream', () => {
  it('gets the type of the result', () => {
    const result = '{"content":[],"structuredContent":{"a":12345678901234567890}}'
    expect(resultOf(answer(result, LEGACY_UPSTREAM).text)).toBe(`${result.slice(0, -1)},"resultType":"complete"}`)
  })

  it('gets how long a resource may be kept: not at all', () => {
    const context = { ...LEGACY_UPSTREAM, method: 'resources/read' }
    expect(JSON.parse(resultOf(answer('{"contents":[]}', context).text) as string)).toEqual({
      contents: [],
      resultType: 'complete',
      ttlMs: 0,
      cacheScope: 'private',
    })
  })

  it('is not given a type that the upstream made up', () => {
    expect(resultOf(answer('{"resultType":"input_required"}', LEGACY_UPSTREAM).text)).toBe('{"resultType":"complete"}')
  })
})

describe('a former name', () => {
  it('is told of in _meta, beside what the upstream said there', () => {
    const { text } = answer('{"content":[],"_meta":{"n":1.0}}', { ...LEGACY, deprecation: 'now b' })
    expect(resultOf(text)).toBe('{"content":[],"_meta":{"n":1.0,"causeway/deprecated":"now b"}}')
  })

  it.each(['{"content":[]}', '{"content":[],"_meta":7}'])('is told of where %s has no _meta', (result) => {
    expect(resultOf(answer(result, { ...LEGACY, deprecation: 'now b' }).text)).toBe(
      '{"content":[],"_meta":{"causeway/deprecated":"now b"}}',
    )
  })
})
