/** Suggestions: near words are found, far ones are not guessed. */
import { expect, it } from 'vitest'
import { closest } from './closest.ts'

const KEYS = ['timeout', 'title', 'trust', 'trustMetadata', 'url', 'tags']

it.each([
  ['timout', 'timeout'],
  ['tiemout', 'timeout'],
  ['Title', 'title'],
  ['trustmetadata', 'trustMetadata'],
  ['uri', 'url'],
  ['tag', 'tags'],
  ['frobnicate', undefined],
  ['zz', undefined],
  ['a', undefined],
  ['', undefined],
])('%s → %s', (word, meant) => {
  expect(closest(word, KEYS)).toBe(meant)
})
