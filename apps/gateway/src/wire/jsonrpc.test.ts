/** The messages that are written are JSON-RPC, and what was given as text stands in them as it was. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { objectText, stringText } from '../../test/support/arbitrary-json.ts'
import { membersOf } from './json-span.ts'
import { errorText, notificationText, requestText, resultText } from './jsonrpc.ts'

const partsOf = (text: string) =>
  Object.fromEntries(membersOf(text, 0).map(({ key, start, end }) => [key, text.slice(start, end)]))

it('a result and a request carry id and payload byte for byte', () => {
  fc.assert(
    fc.property(stringText, fc.string(), objectText, (id, method, { text }) => {
      expect(partsOf(resultText(id, text))).toEqual({ jsonrpc: '"2.0"', id, result: text })
      const request = requestText(id, method, text)
      expect(partsOf(request)).toMatchObject({ jsonrpc: '"2.0"', id, params: text })
      expect(JSON.parse(request).method).toBe(method)
    }),
  )
})

it('an error has an id only when the request could be read', () => {
  expect(errorText('1.0', { code: -32602, message: 'a "b"' })).toBe(
    '{"jsonrpc":"2.0","id":1.0,"error":{"code":-32602,"message":"a \\"b\\""}}',
  )
  expect(JSON.parse(errorText(null, { code: -32700, message: 'x', data: { code: 'parse_error' } }))).toEqual({
    jsonrpc: '2.0',
    error: { code: -32700, message: 'x', data: { code: 'parse_error' } },
  })
})

it('a notification has no id', () => {
  expect(JSON.parse(notificationText('notifications/initialized'))).toEqual({
    jsonrpc: '2.0',
    method: 'notifications/initialized',
    params: {},
  })
  expect(notificationText('m', '{"a":1.0}')).toBe('{"jsonrpc":"2.0","method":"m","params":{"a":1.0}}')
})
