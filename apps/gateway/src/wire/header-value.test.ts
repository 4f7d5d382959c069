/** Header values carry any text, and each text in one way only. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeHeaderValue, encodeHeaderValue } from './header-value.ts'

describe('a round trip', () => {
  it('gives any well-formed text back, in visible ASCII without padding', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const header = encodeHeaderValue(text)
        expect(header).toMatch(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/)
        expect(decodeHeaderValue(header)).toBe(text)
      }),
    )
  })

  it.each(['', ' a', 'a ', '\ta', 'a\tb', 'é', 'a\r\nX: y', '\ufeffa', '=?base64?YQ==?=', '=?base64??=', '=?base64?='])(
    'encodes %j, which could not stand as it is',
    (text) => {
      expect(encodeHeaderValue(text)).not.toBe(text)
      expect(decodeHeaderValue(encodeHeaderValue(text))).toBe(text)
    },
  )

  it.each(['a', 'db__run query', '~', '=?base64?', '?=', '=?BASE64?YQ==?=', '=?base64?YQ=='])(
    'leaves %j alone',
    (text) => {
      expect(encodeHeaderValue(text)).toBe(text)
      expect(decodeHeaderValue(text)).toBe(text)
    },
  )
})

describe('refuses', () => {
  it.each([
    ['base64 without its padding', '=?base64?YQ?='],
    ['padding bits that are not zero', '=?base64?YR==?='],
    ['the alphabet of URLs', '=?base64?_-8=?='],
    ['white space', '=?base64?YW Jj?='],
    ['what is no base64', '=?base64?!!!!?='],
    ['bytes that are not UTF-8', '=?base64?/w==?='],
    ['an encoded lone surrogate', '=?base64?7aCA?='],
    ['an encoding cut short', '=?base64?='],
  ])('%s', (_name, value) => {
    expect(decodeHeaderValue(value)).toBeUndefined()
  })
})
