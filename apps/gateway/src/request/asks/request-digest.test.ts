/** Two requests have one digest exactly when an upstream would take them for the same request. */
import { expect, it } from 'vitest'
import { parseEnvelope } from '../../wire/envelope.ts'
import { requestDigest } from './request-digest.ts'

const digestOf = (params: string, method = 'tools/call') =>
  requestDigest(parseEnvelope(Buffer.from(`{"jsonrpc":"2.0","id":1,"method":"${method}","params":${params}}`)))

it.each([
  ['members in another order', '{"name":"t","arguments":{"a":1,"b":[{"c":2,"d":3}]}}'],
  ['other white space', '{ "arguments" : { "b" : [ { "d" : 3 , "c" : 2 } ] , "a" : 1 } , "name" : "t" }'],
  ['other escapes', '{"name":"\\u0074","arguments":{"\\u0061":1,"b":[{"c":2,"d":3}]}}'],
  [
    'another round',
    '{"name":"t","_meta":{"x":1},"requestState":"s","inputResponses":{"k":{}},"arguments":{"a":1,"b":[{"c":2,"d":3}]}}',
  ],
])('is the same with %s', (_, params) => {
  expect(digestOf(params)).toBe(digestOf('{"arguments":{"a":1,"b":[{"d":3,"c":2}]},"name":"t"}'))
})

it.each([
  ['{"x":{"a":1}}', '{"x":[["a",1]]}'],
  ['{"x":{}}', '{"x":[]}'],
  ['{"x":9007199254740992}', '{"x":9007199254740993}'],
  ['{"x":1e400}', '{"x":null}'],
  ['{"x":1}', '{"x":"1"}'],
  ['{"x":[1,2]}', '{"x":[2,1]}'],
  ['{"x":[[1],2]}', '{"x":[[1,2]]}'],
  ['{"x":"a","y":"b"}', '{"x":"a\\",\\"y\\":\\"b"}'],
  ['{"__proto__":1}', '{}'],
])('tells %s from %s', (one, other) => {
  const call = (args: string) => digestOf(`{"name":"t","arguments":${args}}`)
  expect(call(one)).not.toBe(call(other))
  expect(digestOf(one)).not.toBe(digestOf(other))
})

it('tells methods apart', () => {
  expect(digestOf('{"name":"t"}')).not.toBe(digestOf('{"name":"t"}', 'prompts/get'))
})
