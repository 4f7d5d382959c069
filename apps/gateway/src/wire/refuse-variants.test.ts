/** A key that is almost a routing key is refused; every other key is nobody's business. */
import { describe, expect, it } from 'vitest'
import { membersOf } from './json-span.ts'
import { refuseVariants } from './refuse-variants.ts'

const check = (where: Parameters<typeof refuseVariants>[1], keyText: string) => () =>
  refuseVariants(membersOf(`{"a":1,${keyText}:1}`, 0), where)

describe.each([
  ['message', '"Method"'],
  ['message', '"ID"'],
  ['message', '"m\\u0065thod"'],
  ['message', '"param\u017f"'],
  ['message', '"re\u017fult"'],
  ['params', '"NAME"'],
  ['params', '"n\\u0061me"'],
  ['params', '"ur\u0131"'],
  ['params', '"ur\u0130"'],
  ['params', '"ARGUMENTS"'],
  ['params', '"\\u005fmeta"'],
  ['params', '"requeststate"'],
  ['ref', '"Name"'],
  ['ref', '"\\u0074ype"'],
  ['_meta', '"progressTo\u212aen"'],
  ['_meta', '"progresstoken"'],
  ['_meta', '"io.modelcontextprotocol\\/protocolVersion"'],
  ['_meta', '"IO.modelcontextprotocol/clientCapabilities"'],
] as const)('in %s', (where, keyText) => {
  it(`refuses ${keyText}`, () => {
    expect(check(where, keyText)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  })
})

it.each([
  ['message', '"method"'],
  ['message', '"methods"'],
  ['message', '"name"'],
  ['message', '"Name"'],
  ['params', '"nam\\u00e9"'],
  ['params', '"names"'],
  ['params', '"x\\u0061"'],
  ['_meta', '"com.example/\\u0061"'],
  ['_meta', '"traceparent"'],
  ['ref', '"Uri2"'],
] as const)('in %s lets %s pass', (where, keyText) => {
  expect(check(where, keyText)).not.toThrow()
})
