/** An entry that a client would refuse does not get into a list, because it would take the whole list with it. */
import { expect, it } from 'vitest'
import { shapeProblem } from './definition-shape.ts'
import { skillRoot } from './skill-shape.ts'

const digest = `sha256:${'0'.repeat(64)}`
const file = (uri: string) => ({ uri, digest, size: 1 })
const entry = (more: object = {}) => ({
  uri: 'skill://acme/refunds/SKILL.md',
  frontmatter: { name: 'refunds', description: 'Refunds.', license: 'MIT', x: 1 },
  resources: [file('skill://acme/refunds/SKILL.md'), file('skill://acme/refunds/a/b.md')],
  ...more,
})

it.each([
  entry(),
  entry({ resources: 'dynamic', _meta: { x: 1 }, unknown: true }),
  entry({ uri: 'github://o/refunds/SKILL.md', resources: [file('github://o/refunds/SKILL.md')] }),
])('passes %#', (value) => {
  expect(shapeProblem('skills', value)).toBeUndefined()
})

it.each([
  ['a folder of another name', entry({ frontmatter: { name: 'other', description: 'x' } })],
  ['no description', entry({ frontmatter: { name: 'refunds' } })],
  ['a name that is none', entry({ uri: 'skill://A/SKILL.md', frontmatter: { name: 'A', description: 'x' } })],
  ['no folder', entry({ uri: 'skill://SKILL.md' })],
  ['another file', entry({ uri: 'skill://acme/refunds/README.md' })],
  ['no files', entry({ resources: undefined })],
  ['files without the SKILL.md', entry({ resources: [file('skill://acme/refunds/a/b.md')] })],
  ['a file twice', entry({ resources: [...entry().resources, file('skill://acme/refunds/a/b.md')] })],
  ['a file elsewhere', entry({ resources: [...entry().resources, file('skill://acme/keys.md')] })],
  ['a file that dots lead elsewhere', entry({ resources: [...entry().resources, file('skill://acme/refunds/../k')] })],
  ['a file without a digest', entry({ resources: [{ uri: 'skill://acme/refunds/SKILL.md', size: 1 }] })],
  ['metadata that is no text', entry({ frontmatter: { name: 'refunds', description: 'x', metadata: { a: 1 } } })],
])('refuses %s', (_, value) => {
  expect(shapeProblem('skills', value)).toBeTypeOf('string')
})

it('knows the folder of a skill', () => {
  expect(skillRoot('skill://a/SKILL.md')).toBe('skill://a')
  expect(skillRoot('skill://a/b/SKILL.md')).toBe('skill://a/b')
  for (const uri of ['skill://SKILL.md', 'skill:///SKILL.md', 'SKILL.md', 'skill://a/SKILL.md?x', 'skill://a/skill.md'])
    expect(skillRoot(uri)).toBeUndefined()
})
