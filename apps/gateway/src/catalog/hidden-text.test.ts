/** Hidden characters are found wherever they stand and however they are spelled, and people's own scripts and emoji pass. */
import { describe, expect, it } from 'vitest'
import { upstreamConfig } from '../../test/support/upstream-config.ts'
import { verifies } from '../../test/support/verifies.ts'
import { hiddenCharacter } from './hidden-text.ts'
import { validate } from './validate.ts'

const found = (value: unknown, text = JSON.stringify(value)) => hiddenCharacter(value, text)

describe('what is hidden', () => {
  it.each([
    ['a zero width space', 'pay\u200bment', 'U+200B'],
    ['a word joiner', 'a\u2060b', 'U+2060'],
    ['a byte order mark within', 'a\ufeffb', 'U+FEFF'],
    ['a soft hyphen', 'a\u00adb', 'U+00AD'],
    ['tags that spell ASCII', 'x\u{e0069}\u{e0067}', 'U+E0069'],
    ['a variation selector that carries a byte', 'x\u{e0101}', 'U+E0101'],
    ['a style without an emoji', 'x\ufe0f', 'U+FE0F'],
    ['a second style', '❤️\ufe0f', 'U+FE0F'],
    ['an override of direction', 'a\u202eb', 'U+202E'],
    ['an isolate', 'a\u2066b', 'U+2066'],
    ['a mark of direction', 'a\u200fb', 'U+200F'],
    ['an empty Hangul letter', 'a\u3164b', 'U+3164'],
    ['an invisible operator', 'a\u2063b', 'U+2063'],
    ['a terminal escape', 'a\u001b[8mb', 'U+001B'],
    ['a C1 control', 'a\u009bb', 'U+009B'],
    ['a joiner between Latin letters', 'pay\u200dment', 'U+200D'],
    ['a joiner at the end', '👩\u200d', 'U+200D'],
  ])('is found: %s', (_what, text, code) => {
    expect(found({ description: text })).toBe(code)
  })

  it('is found in keys, deep inside and in escapes', () => {
    expect(found({ a: [{ 'x\u200b': 1 }] })).toBe('U+200B')
    expect(found({ a: [[{ enum: ['ok', 'no\u2064'] }]] })).toBe('U+2064')
    expect(found({ a: '\u200b' }, '{"a":"\\u200b"}')).toBe('U+200B')
    expect(found({ a: '\b' }, '{"a":"\\b"}')).toBe('U+0008')
  })
})

describe('what is not', () => {
  it.each([
    ['what is broken and not hidden', 'a\u0000b\u007fc\ud800d'],
    ['lines and tabs', 'a\n\tb\r\n'],
    ['letters of many scripts', 'Größe, Ελλάδα, Привет, שלום, مرحبا, 日本語, ไทย'],
    ['Persian with its joiner', 'می‌خواهم'],
    ['Hindi with its joiner', 'क्‍ष'],
    ['emoji', '❤️ 👩‍👩‍👧 🏳️‍🌈 👍🏽 1️⃣ 🧑🏽‍💻'],
    ['typography', '“quotes” — and… 10 °C, non‑breaking space:\u00a0x'],
    ['backslashes', 'C:\\users\\bin\\fonts \\u200b'],
  ])('passes: %s', (_what, text) => {
    expect(found({ [text]: text })).toBeUndefined()
  })
})

it(verifies('integrity.unicode', 'leaves the definition out with its reason, and serves the others'), () => {
  const raw = (value: object) => ({ text: JSON.stringify(value), value })
  const tool = (name: string, description: string) => raw({ name, description, inputSchema: { type: 'object' } })
  const none = { prompts: [], resources: [], templates: [], skills: [] }
  const tools = [tool('good', 'Plain.'), tool('bad', 'Plain.\u{e0041}'), tool('b\u200bad', 'Plain.')]
  const { definitions, leftOut } = validate('up', upstreamConfig(), { tools, ...none })
  expect(definitions.map(({ originalName }) => originalName)).toEqual(['good'])
  expect(leftOut.map(({ reason }) => reason)).toEqual([
    'it holds the hidden character U+E0041',
    'it holds the hidden character U+200B',
  ])
})
