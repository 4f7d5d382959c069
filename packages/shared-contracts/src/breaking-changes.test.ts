/** Which changes of a domain server break those who rely on its last release. */
import { expect, it } from 'vitest'
import { z } from 'zod'
import { breakingChanges } from './breaking-changes.ts'
import { defineDomainServer } from './define-domain-server.ts'
import { toolOf } from './define-tool.ts'
import { manifestOf, releaseOf } from './domain-manifest.ts'

const tool = {
  name: 'find_notes',
  title: 'Find notes',
  description: 'Finds notes.',
  effect: 'read' as const,
  input: z.object({ text: z.string().max(50) }),
  output: z.object({ names: z.array(z.string()) }),
  run: () => ({ text: '', data: { names: [] } }),
}

function served(changes: object = {}, version = '1.1.0') {
  const server = defineDomainServer({
    ...{ id: 'notes', title: 'Notes', version, owner: 'test', instructions: '', resources: [], prompts: [] },
    tools: [toolOf()({ ...tool, ...changes })],
    open: () => ({ services: {}, health: () => ({}), close() {} }),
  })
  return { manifest: manifestOf(server), release: releaseOf(server) }
}

const { release } = served({}, '1.0.0')

it.each([
  ['a new optional argument', { input: z.object({ text: z.string().max(50), label: z.string().optional() }) }],
  ['a wider argument', { input: z.object({ text: z.string().max(90) }) }],
  ['more in the result', { output: z.object({ names: z.array(z.string()), total: z.int() }) }],
  ['a new name beside the former one', { name: 'search_notes', aliases: ['find_notes'] }],
  ['another schema in a major version of the tool', { input: z.object({ words: z.string() }), version: '2.0.0' }],
  ['other texts', { description: 'Finds.', input: z.object({ text: z.string().max(50).describe('Words') }) }],
])('does not break: %s', (_what, changes) => {
  expect(breakingChanges(release, served(changes))).toEqual([])
})

it('does not hold a major version of the domain server to the one before', () => {
  expect(breakingChanges(release, served({ name: 'other_tool' }, '2.0.0'))).toEqual([])
})

it.each([
  ['a new name alone', { name: 'search_notes' }, 'find_notes is gone'],
  ['a new required argument', { input: z.object({ text: z.string().max(50), n: z.int() }) }, 'n added required'],
  ['a narrower argument', { input: z.object({ text: z.string().max(10) }) }, 'text narrowed'],
  ['an argument less', { input: z.object({}) }, 'text removed'],
  ['less in the result', { output: z.object({}) }, 'find_notes no longer takes or gives'],
  ['a minor version of the tool', { input: z.object({ words: z.string() }), version: '1.9.0' }, 'text removed'],
])('breaks: %s', (_what, changes, told) => {
  expect(breakingChanges(release, served(changes)).join()).toContain(told)
})

it('tells of a deprecated tool when it goes and what to use', () => {
  const deprecation = { since: '1.1.0', removeAfter: '2027-06-30', replacement: 'search_notes' }
  expect(served({ deprecation }).manifest.tools.find_notes?.deprecation).toEqual(deprecation)
  expect(() => served({ deprecation: { ...deprecation, removeAfter: 'soon' } })).toThrow()
  expect(() => served({ aliases: ['No Name'] })).toThrow('Cannot define tool "No Name"')
})
