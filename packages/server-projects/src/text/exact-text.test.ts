/** What comes in: kept to the byte, or refused with its place. */
import { expect, it } from 'vitest'
import { faultOfLine, faultOfText } from './exact-text.ts'

it.each([
  '  two  spaces  ',
  "Robert'); DROP TABLE tasks;--",
  '<script>alert(1)</script> &amp; <b>',
  'café cafe\u0301 日本語 العربية',
  '👩‍💻 ❤️ 👍🏽',
  'می\u200Cخواهم क्\u200Dष',
  '\\u200B %s $x {{y}}',
])('keeps %j', (text) => {
  expect(faultOfLine(text)).toBeUndefined()
})

it.each([
  ['a\u200Bb', 'U+200B at 1'],
  ['Done\u202Etxt', 'U+202E at 4'],
  ['a\u200Db', 'U+200D at 1'],
  ['\u{E0041}', 'U+E0041 at 0'],
  ['a\u0000', 'U+0000 at 1'],
  ['\uD800', 'lone surrogate'],
  ['', 'visible text'],
  [' \u00A0 ', 'visible text'],
  ['a\nb', 'one line'],
])('refuses %j: %s', (text, why) => {
  expect(faultOfLine(text)).toContain(why)
})

it('lets text have lines', () => {
  expect(faultOfText('a\r\n\tb\n')).toBeUndefined()
  expect(faultOfText('')).toBeUndefined()
})
