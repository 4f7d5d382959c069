/** Params change in the fields that are named, by era, and in no other byte. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { objectText, stringText } from '../../test/support/arbitrary-json.ts'
import { verifies } from '../../test/support/verifies.ts'
import { parseEnvelope } from './envelope.ts'
import { membersOf } from './json-span.ts'
import { type ParamChanges, paramsToUpstream } from './to-upstream.ts'

const CLAIM_TEXT =
  '"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{"roots":{}}'
const SAME: ParamChanges = { agentEra: 'modern', upstreamEra: 'modern', reservedMeta: {} }

function convert(params: string | undefined, changes: Partial<ParamChanges> = {}): string {
  const text = `{"jsonrpc":"2.0","id":1,"method":"tools/call"${params === undefined ? '' : `,"params":${params}`}}`
  return paramsToUpstream(parseEnvelope(Buffer.from(text)), { ...SAME, ...changes })
}
const memberText = (text: string, key: string) => {
  const member = membersOf(text, 0).find((each) => each.key === key)
  return member && text.slice(member.start, member.end)
}

describe('between equal eras', () => {
  it(verifies('edge.bytes', 'every value passes byte for byte under another name'), () => {
    fc.assert(
      fc.property(objectText, objectText, stringText, (args, meta, more) => {
        const params = `{ "name":"a__b","arguments": ${args.text} ,"x-more":${more},"_meta":${meta.text}}`
        const converted = convert(params, { name: { field: 'name', value: 'b' } })
        expect(memberText(converted, 'name')).toBe('"b"')
        expect(memberText(converted, 'arguments')).toBe(args.text)
        expect(memberText(converted, 'x-more')).toBe(more)
        expect(memberText(converted, '_meta')).toBe(meta.text)
      }),
    )
  })

  it('numbers that no double holds survive', () => {
    const args = '{"a":1.0,"b":1e400,"c":12345678901234567890,"d":-0,"e":0.1000000000000000055511151231257827}'
    expect(memberText(convert(`{"name":"a","arguments":${args}}`), 'arguments')).toBe(args)
  })

  it('no params are an empty object', () => {
    expect(convert(undefined)).toBe('{}')
  })

  it('a reference changes its name alone', () => {
    const params = '{"ref":{"type":"ref/prompt", "name":"a__b","more":1.0},"argument":{"name":"x","value":"y"}}'
    expect(convert(params, { name: { field: 'ref', value: 'b' } })).toBe(
      '{"ref":{"type":"ref/prompt", "name":"b","more":1.0},"argument":{"name":"x","value":"y"}}',
    )
  })

  it('a progress token is replaced and the rest of _meta kept', () => {
    expect(convert('{"_meta":{"progressToken":"mine","traceparent":"00-a"}}', { progressToken: '7' })).toBe(
      '{"_meta":{"progressToken":7,"traceparent":"00-a"}}',
    )
  })
})

describe('a task of 2025-11-25', () => {
  const params = '{"name":"a","task":{"ttl":1},"x":1.0}'
  it.each([
    ['legacy', 'legacy'],
    ['legacy', 'modern'],
    ['modern', 'legacy'],
  ] as const)('is not asked for by a %s agent of a %s upstream', (agentEra, upstreamEra) => {
    expect(convert(params, { agentEra, upstreamEra })).toMatch(/^\{"name":"a","x":1\.0/)
  })
  it('is a field like any other where both are modern', () => {
    expect(convert(params)).toBe(params)
  })
})

describe('reserved keys', () => {
  it('of an agent never reach an upstream, however they are spelled', () => {
    const params =
      '{"_meta":{"causeway\\/token":"forged","causeway/request-id":"forged","causeway/call":{},"causeway/context":"x","a":1.0}}'
    expect(convert(params)).toBe('{"_meta":{"a":1.0}}')
  })

  it('of the gateway replace those of an agent', () => {
    const params = '{"_meta":{"causeway/token":"forged"}}'
    expect(convert(params, { reservedMeta: { 'causeway/token': '"real"', 'causeway/request-id': '"r"' } })).toBe(
      '{"_meta":{"causeway/token":"real","causeway/request-id":"r"}}',
    )
  })
})

describe('from legacy to modern', () => {
  const toModern = { agentEra: 'legacy', upstreamEra: 'modern' } as const

  it("the claim is stamped, with the session's client", () => {
    const converted = JSON.parse(
      convert('{"_meta":{"progressToken":0}}', { ...toModern, clientInfo: { name: 'c', version: '0' } }),
    )
    expect(converted._meta).toEqual({
      progressToken: 0,
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
      'io.modelcontextprotocol/clientInfo': { name: 'c', version: '0' },
    })
  })

  it('capabilities that an agent wrote itself do not count', () => {
    const converted = JSON.parse(
      convert(`{"_meta":{"io.modelcontextprotocol/clientCapabilities":{"sampling":{}}}}`, toModern),
    )
    expect(converted._meta['io.modelcontextprotocol/clientCapabilities']).toEqual({})
  })

  it('a request without params gets them', () => {
    expect(Object.keys(JSON.parse(convert(undefined, toModern)))).toEqual(['_meta'])
  })
})

describe('from modern to legacy', () => {
  const toLegacy = { agentEra: 'modern', upstreamEra: 'legacy' } as const

  it('the claim is removed and the rest of _meta kept', () => {
    const params = `{"name":"a","_meta":{${CLAIM_TEXT},"io.modelcontextprotocol/clientInfo":{"name":"a","version":"1"},"io.modelcontextprotocol/logLevel":"info","progressToken":1.0}}`
    expect(convert(params, toLegacy)).toBe('{"name":"a","_meta":{"progressToken":1.0}}')
  })

  it('an empty _meta is left out', () => {
    expect(convert(`{"name":"a","_meta":{${CLAIM_TEXT}}}`, toLegacy)).toBe('{"name":"a"}')
  })
})
