/** Bytes become a message that has one reading, or an error that says why not. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { objectText, stringText } from '../../test/support/arbitrary-json.ts'
import { GatewayError } from '../errors.ts'
import { MAX_ID_CHARACTERS, parseEnvelope } from './envelope.ts'

const parse = (text: string) => parseEnvelope(Buffer.from(text))
const codeOf = (bytes: Buffer) => {
  try {
    parseEnvelope(bytes)
    return 'accepted'
  } catch (error) {
    return error instanceof GatewayError ? error.code : error
  }
}

it('keeps the text, and finds the values that it must change in place', () => {
  const text = ' {"jsonrpc":"2.0", "id" : 1.0 ,"method":"tools/call","params":{"name":"a","_meta":{"x":1e400}}}\n'
  const message = parse(text)
  expect(message).toMatchObject({ text, kind: 'request', idText: '1.0', method: 'tools/call', meta: { x: Infinity } })
  const cut = (members: typeof message.paramMembers) =>
    members.map(({ key, start, end }) => `${key}=${text.slice(start, end)}`)
  expect(cut(message.paramMembers)).toEqual(['name="a"', '_meta={"x":1e400}'])
  expect(cut(message.metaMembers)).toEqual(['x=1e400'])
})

describe('ids', () => {
  it.each(['0', '-0', '1.0', '1e400', '12345678901234567890', '""', '"a"', '"\\u0061"', '"\\ud800"'])(
    'keeps %s as it was written',
    (id) => {
      expect(parse(`{"jsonrpc":"2.0","id":${id},"method":"ping"}`).idText).toBe(id)
    },
  )

  it.each(['null', '{}', '[1]', 'true', `"${'x'.repeat(MAX_ID_CHARACTERS - 1)}"`, '9'.repeat(MAX_ID_CHARACTERS + 1)])(
    'refuses %s',
    (id) => {
      expect(codeOf(Buffer.from(`{"jsonrpc":"2.0","id":${id},"method":"ping"}`))).toBe('invalid_request')
    },
  )

  it('accepts one of 256 characters', () => {
    const id = `"${'x'.repeat(MAX_ID_CHARACTERS - 2)}"`
    expect(parse(`{"jsonrpc":"2.0","id":${id},"method":"ping"}`).idText).toBe(id)
  })
})

describe('kinds', () => {
  it.each([
    ['request', '{"jsonrpc":"2.0","id":1,"method":"ping"}'],
    ['notification', '{"jsonrpc":"2.0","method":"notifications/initialized"}'],
    ['response', '{"jsonrpc":"2.0","id":1,"result":{}}'],
    ['response', '{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}'],
  ])('knows a %s', (kind, text) => {
    expect(parse(text).kind).toBe(kind)
  })

  it.each([
    ['no method', '{"jsonrpc":"2.0","id":1}'],
    ['nothing', '{"jsonrpc":"2.0"}'],
    ['a method and a result', '{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}'],
    ['a method that is no string', '{"jsonrpc":"2.0","id":1,"method":1}'],
    ['a result without an id', '{"jsonrpc":"2.0","result":{}}'],
    ['JSON-RPC 1', '{"id":1,"method":"ping"}'],
    ['a number for the version', '{"jsonrpc":2.0,"id":1,"method":"ping"}'],
    ['a list of params', '{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}'],
    ['null for params', '{"jsonrpc":"2.0","id":1,"method":"ping","params":null}'],
    ['a string for _meta', '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":"a"}}'],
    [
      'a progress token that is an object',
      '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"progressToken":{}}}}',
    ],
    ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"ping"}]'],
    ['an empty batch', '[]'],
    ['null', 'null'],
    ['a string', '"ping"'],
    ['a number', '1'],
  ])('refuses %s as invalid', (_name, text) => {
    expect(codeOf(Buffer.from(text))).toBe('invalid_request')
  })
})

describe('bytes', () => {
  const good = '{"jsonrpc":"2.0","id":1,"method":"ping"}'

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a byte order mark', Buffer.from(`\ufeff${good}`)],
    ['UTF-16', Buffer.from(good, 'utf16le')],
    ['Latin-1', Buffer.from('{"jsonrpc":"2.0","id":"é","method":"ping"}', 'latin1')],
    ['a surrogate in UTF-8', Buffer.from([...Buffer.from('{"a":"'), 0xed, 0xa0, 0x80, ...Buffer.from('"}')])],
    ['an overlong slash', Buffer.from([...Buffer.from('{"a":"'), 0xc0, 0xaf, ...Buffer.from('"}')])],
    ['trailing bytes', Buffer.from(`${good}x`)],
    ['two messages', Buffer.from(`${good}\n${good}`)],
    ['a trailing zero', Buffer.from(`${good}\0`)],
    ['a cut message', Buffer.from(good.slice(0, -1))],
    ['a comment', Buffer.from(`/* */${good}`)],
    ['a raw line break in a string', Buffer.from('{"jsonrpc":"2.0","id":"a\nb","method":"ping"}')],
    ['NaN', Buffer.from('{"jsonrpc":"2.0","id":NaN,"method":"ping"}')],
  ])('of %s are no JSON', (_name, bytes) => {
    expect(codeOf(bytes)).toBe('parse_error')
  })

  it('are never anything but accepted or refused by a code of ours', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat({ max: good.length }), (noise, at) => {
        const bytes = Buffer.concat([Buffer.from(good.slice(0, at)), noise, Buffer.from(good.slice(at))])
        expect(['accepted', 'parse_error', 'invalid_request']).toContain(codeOf(bytes))
      }),
    )
  })
})

describe('one reading', () => {
  it.each([
    ['a duplicate id', '{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}'],
    ['a duplicate name', '{"jsonrpc":"2.0","id":1,"method":"m","params":{"name":"a","name":"b"}}'],
    ['a duplicate argument', '{"jsonrpc":"2.0","id":1,"method":"m","params":{"arguments":{"a":[{"b":1,"b":2}]}}}'],
    ['an escaped duplicate', '{"jsonrpc":"2.0","id":1,"method":"m","params":{"arguments":{"a":1,"\\u0061":2}}}'],
    ['another case', '{"jsonrpc":"2.0","id":1,"method":"m","params":{"name":"a","Name":"b"}}'],
    ['an escaped key', '{"jsonrpc":"2.0","id":1,"m\\u0065thod":"m"}'],
    ['a variant in _meta', '{"jsonrpc":"2.0","id":1,"method":"m","params":{"_meta":{"ProgressToken":1}}}'],
    ['a variant in ref', '{"jsonrpc":"2.0","id":1,"method":"m","params":{"ref":{"type":"ref/prompt","Name":"b"}}}'],
    ['65 levels', `{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":${'['.repeat(63)}${']'.repeat(63)}}}`],
    ['half a surrogate pair in the method', '{"jsonrpc":"2.0","id":1,"method":"\\ud800"}'],
    ['half a surrogate pair in a name', '{"jsonrpc":"2.0","id":1,"method":"m","params":{"name":"a\\udc00"}}'],
    ['half a surrogate pair in a URI', '{"jsonrpc":"2.0","id":1,"method":"m","params":{"uri":"x:\\ud800"}}'],
    ['half a surrogate pair in ref', '{"jsonrpc":"2.0","id":1,"method":"m","params":{"ref":{"name":"\\ud800"}}}'],
    ['half a surrogate pair in a key', '{"jsonrpc":"2.0","id":1,"method":"m","params":{"arguments":{"\\ud800":1}}}'],
  ])('refuses %s', (_name, text) => {
    expect(codeOf(Buffer.from(text))).toBe('invalid_request')
  })

  it('lets half a surrogate pair be an argument, because the tool may want it', () => {
    expect(parse('{"jsonrpc":"2.0","id":1,"method":"m","params":{"arguments":{"a":"\\ud800"}}}').kind).toBe('request')
  })

  it('accepts any arguments and any _meta of a stranger', () => {
    fc.assert(
      fc.property(stringText, objectText, objectText, (id, args, meta) => {
        const text = `{"jsonrpc":"2.0","id":${id},"method":"m","params":{"arguments":${args.text},"_meta":${meta.text}}}`
        const message = parse(text)
        expect(message.params).toEqual({ arguments: JSON.parse(args.text), _meta: JSON.parse(meta.text) })
        expect(message.metaMembers.map(({ start, end }) => text.slice(start, end))).toEqual(
          meta.members.map(({ valueText }) => valueText),
        )
      }),
    )
  })

  it('does not take __proto__ for more than a key', () => {
    const message = parse(
      '{"jsonrpc":"2.0","id":1,"__proto__":{"method":"x"},"method":"m","params":{"__proto__":{"name":"a"}}}',
    )
    expect(message.method).toBe('m')
    expect(message.params.name).toBeUndefined()
  })
})
