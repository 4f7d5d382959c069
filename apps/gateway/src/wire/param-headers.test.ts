/** Marked arguments stand in headers as well as in the body, and both say the same. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkParamHeaders, paramHeadersFor, paramHeadersOf } from './param-headers.ts'

const object = (properties: object) => ({ type: 'object', properties })
const marked = (type: string, name: unknown = 'Region') => ({ type, 'x-mcp-header': name })

describe('the marks of a schema', () => {
  it('are found at any depth of properties', () => {
    const schema = object({
      region: marked('string'),
      options: object({ limit: marked('integer', 'X-Limit'), dry: marked('boolean', 'Dry') }),
      plain: { type: 'string' },
    })
    expect(paramHeadersOf(schema)).toEqual([
      { header: 'mcp-param-region', path: ['region'], isNumeric: false },
      { header: 'mcp-param-x-limit', path: ['options', 'limit'], isNumeric: true },
      { header: 'mcp-param-dry', path: ['options', 'dry'], isNumeric: false },
    ])
  })

  it('are none where the key is only a name or a value', () => {
    const schema = object({ 'x-mcp-header': { type: 'string', enum: ['x-mcp-header'], default: marked('string') } })
    expect(paramHeadersOf(schema)).toEqual([])
  })

  it.each([undefined, null, true, [], 'a'])('are none in %j', (schema) => {
    expect(paramHeadersOf(schema)).toEqual([])
  })

  it.each([
    ['no token', object({ a: marked('string', 'two words') })],
    ['empty', object({ a: marked('string', '') })],
    ['no text', object({ a: marked('string', 1) })],
    ['a line break', object({ a: marked('string', 'a\r\nb') })],
    ['on a number', object({ a: marked('number') })],
    ['on an object', object({ a: marked('object') })],
    ['on no type', object({ a: { 'x-mcp-header': 'a' } })],
    ['twice, but for case', object({ a: marked('string', 'A'), b: marked('string', 'a') })],
    ['at the root', { ...object({}), 'x-mcp-header': 'a' }],
    ['under items', object({ a: { type: 'array', items: marked('string') } })],
    ['under anyOf', { ...object({}), anyOf: [object({ a: marked('string') })] }],
    ['in $defs', { ...object({}), $defs: { a: marked('string') } }],
    ['under additionalProperties', { ...object({}), additionalProperties: marked('string') }],
  ])('are refused when one is %s', (_name, schema) => {
    expect(() => paramHeadersOf(schema)).toThrow(/^x-mcp-header/)
  })
})

describe('the check of a request', () => {
  const declared = paramHeadersOf(
    object({ region: marked('string'), limit: marked('integer', 'Limit'), dry: marked('boolean', 'Dry') }),
  )
  const check = (args: unknown, headers: Record<string, string | string[]>) => () =>
    checkParamHeaders(declared, args, headers)

  it.each([
    [
      'they agree',
      { region: 'eu', limit: 5, dry: true },
      { 'mcp-param-region': 'eu', 'mcp-param-limit': '5', 'mcp-param-dry': 'true' },
    ],
    ['the number is written otherwise', { limit: 5 }, { 'mcp-param-limit': '5.0' }],
    ['the value is encoded', { region: 'é' }, { 'mcp-param-region': '=?base64?w6k=?=' }],
    ['the value is empty', { region: '' }, { 'mcp-param-region': '=?base64??=' }],
    ['there is no value', { region: null }, {}],
    ['there is only the header', {}, { 'mcp-param-region': 'eu' }],
    ['there are no arguments', undefined, {}],
    ['the value cannot stand in a header', { limit: 2 ** 60 }, {}],
    ['the value is of another type', { region: { a: 1 } }, {}],
    ["a header is nobody's", { region: 'eu' }, { 'mcp-param-region': 'eu', 'mcp-param-other': 'x' }],
  ])('passes when %s', (_name, args, headers) => {
    expect(check(args, headers)).not.toThrow()
  })

  it.each([
    ['a header is missing', { region: 'eu' }, {}],
    ['they differ', { region: 'eu' }, { 'mcp-param-region': 'us' }],
    ['they differ in case', { region: 'eu' }, { 'mcp-param-region': 'EU' }],
    ['the header stands twice', { region: 'eu' }, { 'mcp-param-region': 'eu, eu' }],
    ['the header is a list', { region: 'eu' }, { 'mcp-param-region': ['eu', 'eu'] }],
    ['the encoding is bad', { region: 'a' }, { 'mcp-param-region': '=?base64?YR==?=' }],
    ['the number differs', { limit: 5 }, { 'mcp-param-limit': '6' }],
    ['the number is hexadecimal', { limit: 5 }, { 'mcp-param-limit': '0x5' }],
    ['the number is text in the body', { limit: '5' }, { 'mcp-param-limit': '5.0' }],
    ['the value is inherited', JSON.parse('{"region":"eu","__proto__":{"dry":true}}'), { 'mcp-param-dry': 'true' }],
  ])('fails when %s', (_name, args, headers) => {
    expect(check(args, headers)).toThrow(expect.objectContaining({ code: 'header_mismatch' }))
  })
})

it('what is made for an upstream passes the same check', () => {
  const declared = paramHeadersOf(object({ a: marked('string', 'A'), b: object({ c: marked('integer', 'C') }) }))
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer(), (a, c) => {
      const args = { a, b: { c } }
      const headers = paramHeadersFor(declared, args)
      expect(Object.keys(headers)).toEqual(['mcp-param-a', 'mcp-param-c'])
      expect(() => checkParamHeaders(declared, args, headers)).not.toThrow()
    }),
  )
  expect(paramHeadersFor(declared, { a: null })).toEqual({})
})
