/** The scan agrees with JSON.parse about what is JSON, and sees what two parsers could read differently. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { objectText, valueText } from '../../test/support/arbitrary-json.ts'
import { verifies } from '../../test/support/verifies.ts'
import { MAX_DEPTH, strictScan } from './strict-scan.ts'

describe('what is JSON', () => {
  it('lets every JSON text pass', () => {
    fc.assert(
      fc.property(valueText, (text) => {
        expect(strictScan(` ${text}\n`)).toBeUndefined()
      }),
    )
  })

  it('calls nothing "not JSON" that JSON.parse reads, however a text was damaged', () => {
    const damaged = fc
      .tuple(valueText, fc.nat(), fc.nat({ max: 3 }), fc.constantFrom('', '"', '{', '}', ',', ':', '\\', '0', ' '))
      .map(([text, at, removed, added]) => {
        const start = at % (text.length + 1)
        return text.slice(0, start) + added + text.slice(start + removed)
      })
    fc.assert(
      fc.property(damaged, (text) => {
        if (strictScan(text)?.fault === 'not-json') expect(() => JSON.parse(text)).toThrow(SyntaxError)
      }),
      { numRuns: 500 },
    )
  })

  it.each(['', ' ', '{', '{"a"}', '{"a":1,}', '[1,]', '[', '"a', '{"a":1}{', '[1]x', '{a:1}', "{'a':1}", '{"\\x":1}'])(
    'refuses %j as the parser does, or leaves it to the parser',
    (text) => {
      expect(() => JSON.parse(text)).toThrow(SyntaxError)
      expect([undefined, 'not-json']).toContain(strictScan(text)?.fault)
    },
  )
})

describe('duplicate keys', () => {
  it(verifies('policy.one-parser', 'sees one at every depth, however it is spelled'), () => {
    const wraps = fc.array(
      fc.constantFrom<(text: string) => string>(
        (text) => `[1,${text}]`,
        (text) => `{"x":${text}}`,
        (text) => `{"params":{"arguments":${text}}}`,
      ),
      { maxLength: 8 },
    )
    const withDuplicate = objectText
      .filter(({ members }) => members.length > 0)
      .chain(({ text, members }) =>
        fc
          .tuple(fc.constantFrom(...members), fc.boolean(), valueText)
          .map(([{ key, keyText }, isRespelled, value]) => ({
            key,
            text: `${text.slice(0, -1)},${isRespelled ? escapeAll(key) : keyText}:${value}}`,
          })),
      )
    fc.assert(
      fc.property(withDuplicate, wraps, ({ key, text }, wrapped) => {
        const whole = wrapped.reduce((inner, wrap) => wrap(inner), text)
        expect(strictScan(whole)).toEqual({ fault: 'duplicate-key', key })
      }),
    )
  })

  it('sees one among many keys', () => {
    const keys = Array.from({ length: 40 }, (_, i) => `"k${i}":${i}`)
    expect(strictScan(`{${keys.join(',')}}`)).toBeUndefined()
    expect(strictScan(`{${[...keys, '"k3":0'].join(',')}}`)).toEqual({ fault: 'duplicate-key', key: 'k3' })
  })

  it.each(['__proto__', 'constructor', 'hasOwnProperty', ''])('sees %j twice and lets it stand once', (key) => {
    expect(strictScan(`{"${key}":1}`)).toBeUndefined()
    expect(strictScan(`{"${key}":1,"${key}":1}`)).toEqual({ fault: 'duplicate-key', key })
  })

  it('does not take keys of different objects for duplicates', () => {
    expect(strictScan('[{"a":{"a":1}},{"a":[{"a":2}]}]')).toBeUndefined()
  })
})

it.each(['{"\\ud800":1}', '{"a":[{"x\\udc00":1}]}', '{"\\ud800":1,"\\ud801":2}'])(
  'refuses %s: where half a surrogate pair becomes U+FFFD, keys become one',
  (text) => {
    expect(strictScan(text)).toEqual({ fault: 'ill-formed-key' })
  },
)

it('lets a whole surrogate pair be a key, escaped or not', () => {
  expect(strictScan('{"\\ud83d\\ude00":1,"😁":2}')).toBeUndefined()
})

it.each([
  ['arrays', '[', ']'],
  ['objects', '{"a":', '}'],
])('serves 64 levels of %s and refuses 65', (_name, open, close) => {
  const nested = (levels: number) => `${open.repeat(levels)}1${close.repeat(levels)}`
  expect(strictScan(nested(MAX_DEPTH))).toBeUndefined()
  expect(strictScan(nested(MAX_DEPTH + 1))).toEqual({ fault: 'too-deep' })
})

it('refuses depth before it reads the rest, so that a deep text costs little', () => {
  expect(strictScan('['.repeat(4_000_000))).toEqual({ fault: 'too-deep' })
})

function escapeAll(text: string): string {
  return `"${[...Array(text.length).keys()].map((i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')}"`
}
