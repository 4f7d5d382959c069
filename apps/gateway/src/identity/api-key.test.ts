/** The form of API keys: every other spelling is refused. */
import { expect, test } from 'vitest'
import { mintApiKey, parseApiKey } from './api-key.ts'
import { toBase62 } from './base62.ts'

test('a minted key has the published form and parses to its id', () => {
  const { keyId, text } = mintApiKey()
  expect(text).toMatch(/^cwy_live_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}$/)
  expect(parseApiKey(text)).toBe(keyId)
  expect(mintApiKey().text).not.toBe(text)
})

test('no other character in any place parses', () => {
  const { text } = mintApiKey()
  for (let at = 0; at < text.length; at++) {
    for (const other of ['0', 'Z', 'a', '_', '-', ' ', 'é', '\n']) {
      if (text[at] === other) continue
      expect(parseApiKey(text.slice(0, at) + other + text.slice(at + 1))).toBeUndefined()
    }
    expect(parseApiKey(text.slice(0, at) + text.slice(at + 1))).toBeUndefined()
  }
})

test('no variant in case, padding or whitespace parses', () => {
  const { text } = mintApiKey()
  const variants = [text.toUpperCase(), text.toLowerCase(), ` ${text}`, `${text} `, `${text}\n`, `${text}=`, `${text}0`]
  for (const variant of [...variants, '', 'cwy_live_', text.replace('live', 'test'), `${text}${text}`])
    expect(parseApiKey(variant)).toBeUndefined()
})

test('base 62 is padded and exact at its bounds', () => {
  expect(toBase62(0, 6)).toBe('000000')
  expect(toBase62(61, 2)).toBe('0z')
  expect(toBase62(0xffffffff, 6)).toBe('4gfFC3')
})
