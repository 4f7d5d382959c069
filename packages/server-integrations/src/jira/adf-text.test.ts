/** Text survives the way to Jira and back, whatever surrounds it there. */
import { expect, it } from 'vitest'
import { adfOfText, textOfAdf } from './adf-text.ts'

it('goes there and back', () => {
  const text = 'First line\n\nthird <b>line</b>'
  expect(textOfAdf(adfOfText(text)).trimEnd()).toBe(text)
})

it('reads what is inside lists, code and links, and nothing of what is no document', () => {
  const item = (text: string) => ({
    type: 'listItem',
    content: [{ type: 'paragraph', content: [{ type: 'text', text }] }],
  })
  const doc = { type: 'doc', content: [{ type: 'bulletList', content: [item('one'), item('t\u200Bwo')] }] }
  expect(textOfAdf(doc)).toBe('one\ntwo\n')
  for (const value of [null, undefined, 'x', 7, {}, { content: 'x' }]) expect(textOfAdf(value)).toBe('')
  let deep: unknown = { type: 'text', text: 'x' }
  for (let i = 0; i < 10_000; i++) deep = { type: 'doc', content: [deep] }
  expect(textOfAdf(deep)).toBe('')
})
