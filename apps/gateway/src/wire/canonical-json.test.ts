/** Canonical JSON: equal for equal values, different for different ones, those that a double rounds included. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from './canonical-json.ts'

describe('one value', () => {
  it.each([
    ['order and spaces', '{"b":1,"a":[true, null]}', ' { "a" : [true,null], "b":1 }'],
    ['spellings of text', '"\\u00e9\\/"', '"é/"'],
    ['spellings of numbers', '[1.0,1e2,-0,1E-2]', '[1,100,0,0.01]'],
    ['spellings of numbers that no double holds', '[9007199254740993.0]', '[9007199254740993]'],
    ['a key that objects have already', '{"__proto__":1,"a":2}', '{"a":2,"__proto__":1}'],
  ])('has one text: %s', (_what, one, other) => {
    expect(canonicalJson(one)).toBe(canonicalJson(other))
  })

  it('has one text in whatever order its members come', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.integer()), (object) => {
        const turned = Object.fromEntries(Object.entries(object).reverse())
        expect(canonicalJson(JSON.stringify(turned))).toBe(canonicalJson(JSON.stringify(object)))
      }),
      { numRuns: 100 },
    )
  })
})

describe('two values', () => {
  it.each([
    ['integers beyond 2^53', '9007199254740993', '9007199254740992'],
    ['long fractions', '0.1', '0.10000000000000000001'],
    ['numbers beyond every double', '1e400', '1e401'],
    ['signs', '-9007199254740993', '9007199254740993'],
    ['a number and a string that looks like its mark', '9007199254740993', '"\\u00009007199254740993e0"'],
    ['the same in an escape', '1e400', '"\\u0000\\u0031e400"'],
    ['strings with and without a mark', '["\\u0000a"]', '["\\u0000\\u0000a"]'],
    ['halves of pairs', '"\\ud800"', '"\\ud801"'],
    ['half a pair and its mark', '"\\ud800"', '"\\u0000\\"\\\\ud800\\""'],
    ['halves of pairs in keys', '{"\\ud800":1}', '{"\\ud801":1}'],
    ['a key with a mark and one without', '{"\\u0000a":1,"x":1e400}', '{"\\u0000\\u0000a":1,"x":1e400}'],
    ['a string and a number', '"1"', '1'],
    ['absent and null', '{}', '{"a":null}'],
    ['order of elements', '[1,2]', '[2,1]'],
  ])('have two texts: %s', (_what, one, other) => {
    expect(canonicalJson(one)).not.toBe(canonicalJson(other))
  })

  it('have two texts whatever integers they are', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 40n }), (number) => {
        expect(canonicalJson(`[${number}]`)).not.toBe(canonicalJson(`[${number + 1n}]`))
      }),
      { numRuns: 200 },
    )
  })
})
