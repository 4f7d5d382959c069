/** An answer is one only if it is JSON-RPC, carries the request's id, and holds a result or an error. */
import { describe, expect, it } from 'vitest'
import { readAnswer, reasonOf, unavailable } from './answer.ts'

const read = (text: string, idText = '1') => readAnswer(text, idText, 'up')

describe('what is accepted', () => {
  it.each([
    ['1', '{"jsonrpc":"2.0","id":1,"result":{"a":1}}'],
    ['"1"', '{"jsonrpc":"2.0","id":"1","result":{"a":1}}'],
    ['1.0', '{"result":{"a":1},"id":1,"jsonrpc":"2.0"}'],
    ['"\\u0061"', '{"jsonrpc":"2.0","id":"a","result":{"a":1}}'],
    ['""', '{"jsonrpc":"2.0","id":"","result":{"a":1}}'],
    ['0', '{"jsonrpc":"2.0","id":0,"result":{"a":1}}'],
  ])('id %s', (idText, text) => {
    expect(read(text, idText)).toEqual({ text, result: { a: 1 } })
  })

  it('an error, also one about a request that could not be read', () => {
    for (const id of ['"id":1,', '"id":null,', '']) {
      const text = `{"jsonrpc":"2.0",${id}"error":{"code":-32601,"message":"no"}}`
      expect(read(text).error).toEqual({ code: -32601, message: 'no' })
    }
  })
})

describe('what is not', () => {
  it.each([
    ['not JSON', '<html>'],
    ['empty', ''],
    ['a batch', '[{"jsonrpc":"2.0","id":1,"result":{}}]'],
    ['another version', '{"jsonrpc":"1.0","id":1,"result":{}}'],
    ['another id', '{"jsonrpc":"2.0","id":2,"result":{}}'],
    ['an id of another type', '{"jsonrpc":"2.0","id":"1","result":{}}'],
    ['no id with a result', '{"jsonrpc":"2.0","result":{}}'],
    ['an id nested too deep to write', `{"jsonrpc":"2.0","id":${'['.repeat(50_000)}${']'.repeat(50_000)},"result":{}}`],
    ['neither result nor error', '{"jsonrpc":"2.0","id":1}'],
    ['a result that is no object', '{"jsonrpc":"2.0","id":1,"result":[]}'],
    ['an error without a code', '{"jsonrpc":"2.0","id":1,"error":{"message":"no"}}'],
    ['an error without a message', '{"jsonrpc":"2.0","id":1,"error":{"code":1}}'],
  ])('%s', (_name, text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'upstream_invalid' }))
  })
})

describe('an upstream that cannot be reached', () => {
  it('may be tried again when nothing was sent, and must be checked first when something was', () => {
    expect(unavailable('up', 'refused').detail).toMatchObject({ retryAfterMs: 1_000 })
    expect(unavailable('up', 'refused').detail.retryable).toBeUndefined()
    expect(unavailable('up', 'cut', { wasSent: true }).detail).toMatchObject({
      retryable: false,
      hint: expect.stringContaining('taken effect'),
    })
  })

  it('has a reason that stands alone', () => {
    expect(reasonOf(unavailable('up', 'the connection was refused'))).toBe('the connection was refused')
    expect(reasonOf(new Error('spawn: ENOENT'))).toBe('spawn: ENOENT')
  })
})
