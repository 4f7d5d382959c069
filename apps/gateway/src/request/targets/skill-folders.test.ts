/** The skill of a URI is found however long the URI is. */
import { expect, it } from 'vitest'
import type { Entry } from '../../catalog/definition.ts'
import { skillFinder } from './skill-folders.ts'

const skills = ['skill://a/SKILL.md', 'skill://a/b/SKILL.md'].map((originalName) => ({ originalName }) as Entry)
const find = skillFinder(skills)

it.each([
  ['skill://a', 'skill://a/SKILL.md'],
  ['skill://a/c', 'skill://a/SKILL.md'],
  ['skill://a/b', 'skill://a/b/SKILL.md'],
  ['skill://a/b/c/d', 'skill://a/b/SKILL.md'],
  ['skill://a/bc', 'skill://a/SKILL.md'],
  ['skill://ab', undefined],
  ['skill:', undefined],
  ['', undefined],
])('%s', (uri, owner) => {
  expect(find(uri)?.originalName).toBe(owner)
})

it('looks at no more of a URI than a skill could be named by', () => {
  const startedAtMs = performance.now()
  for (let i = 0; i < 100; i++) expect(find(`skill://${'/'.repeat(100_000)}`)).toBeUndefined()
  expect(find(`skill://a${'/'.repeat(1_000_000)}`)?.originalName).toBe('skill://a/SKILL.md')
  expect(performance.now() - startedAtMs).toBeLessThan(1_000)
})
