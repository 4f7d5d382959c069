/** Whatever JSON a message holds, in whatever spelling, is the same bytes after it was rewritten for the other side. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ObjectText, objectText, valueText } from '../../test/support/arbitrary-json.ts'
import { parseEnvelope } from './envelope.ts'
import { type AnswerContext, answerToAgent } from './to-agent.ts'
import { paramsToUpstream } from './to-upstream.ts'

const ERAS = ['modern', 'legacy'] as const
const CELLS = ERAS.flatMap((agentEra) => ERAS.map((upstreamEra) => ({ agentEra, upstreamEra })))
const CLAIM = [
  '"io.modelcontextprotocol/protocolVersion":"2026-07-28"',
  '"io.modelcontextprotocol/clientCapabilities":{}',
]
const RUNS = { numRuns: 60 }

/** The members under keys that no revision and no rule has a word for. */
const strange = objectText.map(({ members }: ObjectText) =>
  members.map(({ keyText, valueText: value }) => `"x-${keyText.slice(1)}:${value}`),
)

describe.each(CELLS)('a $agentEra agent and a $upstreamEra upstream', ({ agentEra, upstreamEra }) => {
  it('leave the params of a request as they are but for the name, the token and the claim', () => {
    fc.assert(
      fc.property(strange, strange, objectText, valueText, (members, meta, { text: argument }, inputResponses) => {
        const claim = agentEra === 'modern' ? CLAIM : []
        const paramsWith = (name: string, token: string, metaMembers: readonly string[]) =>
          `{${[...members, `"name":"${name}"`, `"arguments":${argument}`, `"_meta":{${[`"progressToken":${token}`, ...metaMembers].join(',')}}`, `"inputResponses":${inputResponses}`].join(' ,')}}`
        const sent = paramsWith('up__a', '"\\u0041"', [...meta, ...claim])
        const message = parseEnvelope(Buffer.from(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${sent}}`))
        const changes = { agentEra, upstreamEra, progressToken: '7', reservedMeta: {} }
        expect(paramsToUpstream(message, { ...changes, name: { field: 'name', value: 'a' } })).toBe(
          paramsWith('a', '7', [...meta, ...(upstreamEra === 'modern' ? CLAIM : [])]),
        )
      }),
      RUNS,
    )
  })

  const context: AnswerContext = {
    upstream: 'up',
    method: 'tools/call',
    agentEra,
    upstreamEra,
    idText: '"\\u0041"',
    passesIds: false,
    deprecation: undefined,
  }
  const isTyped = { modern: ['"resultType":"complete"'], legacy: [] }

  it('leave a result as it is but for its type', () => {
    fc.assert(
      fc.property(strange, strange, objectText, (members, meta, { text: structured }) => {
        const kept = [...members, `"structuredContent":${structured}`, `"_meta":{${meta.join(', ')}}`]
        const result = `{${[...kept, ...isTyped[upstreamEra]].join(' ,')}}`
        const text = `{"result":${result} , "id":"A","jsonrpc":"2.0"}`
        const shown = answerToAgent({ text, result: JSON.parse(result) }, context).text
        const last = agentEra === 'modern' ? `${upstreamEra === 'modern' ? ' ,' : ','}${isTyped.modern}` : ''
        expect(shown).toBe(`{"jsonrpc":"2.0","id":"\\u0041","result":{${kept.join(' ,')}${last}}}`)
      }),
      RUNS,
    )
  })

  it('leave an error as it is', () => {
    fc.assert(
      fc.property(strange, objectText, (members, { text: data }) => {
        fc.pre(!/stack|trace|cause|path|\\u00/i.test(`${members}${data}`))
        const error = `{${[...members, '"message":"\\u0041"', '"code": -32602', `"data":${data}`].join(' ,')}}`
        const answer = { text: `{"id":"A","error": ${error} }`, error: JSON.parse(error) }
        expect(answerToAgent(answer, context).text).toBe(`{"jsonrpc":"2.0","id":"\\u0041","error":${error}}`)
      }),
      RUNS,
    )
  })
})
