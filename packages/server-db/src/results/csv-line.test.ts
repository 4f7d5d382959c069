/** CSV tells NULL from the empty text and survives what texts contain. */
import { expect, it } from 'vitest'
import { csvLine } from './csv-line.ts'

it('writes one line', () => {
  expect(csvLine([null, '', 'a', 'a,b', 'say "hi"', 'two\nlines', ' pad', 1.5, true, '9007199254740993'])).toBe(
    ',"",a,"a,b","say ""hi""","two\nlines"," pad",1.5,true,9007199254740993\r\n',
  )
  expect(csvLine([{ $blob: 3, base64: 'AP8Q' }, { $blob: 9 }])).toBe('AP8Q,\r\n')
})
