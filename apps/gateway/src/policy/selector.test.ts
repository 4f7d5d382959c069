/** The selector language: what entries select, and what they refuse to mean. */
import { describe, expect, it } from 'vitest'
import { type Action, askOf, type DefinitionFacts } from './definition-facts.ts'
import { parseSelector } from './selector.ts'

const facts: DefinitionFacts = {
  publicName: 'projects__list_tasks',
  aliases: ['projects__find_tasks'],
  upstream: 'projects',
  effect: 'read',
  scopes: ['projects.read'],
  tags: ['planning', 'core'],
  uri: 'project://web/status',
}

const selects = (action: Action, text: string, more: Partial<DefinitionFacts> = {}) => {
  const ask = askOf(action, { ...facts, ...more })
  const selector = parseSelector(action, text)
  return [selector.allows(ask), selector.denies(ask)]
}
const both = [true, true]
const neither = [false, false]

describe('a selector for tools', () => {
  it.each([
    ['*', both],
    ['projects__*', both],
    ['db__*', neither],
    ['upstream:projects', both],
    ['upstream:pro*', both],
    ['upstream:db', neither],
    ['tag:core', both],
    ['tag:c*', both],
    ['tag:other', neither],
    ['scope:projects.*', both],
    ['scope:projects', neither],
    ['effect:read', both],
    ['effect:write', neither],
    ['upstream:projects effect:read', both],
    ['  upstream:projects   effect:write ', neither],
    ['projects__* tag:planning scope:projects.read', both],
    ['projects__find_tasks', [false, true]],
    ['upstream:projects *find*', [false, true]],
  ])('%j: %j', (text, expected) => {
    expect(selects('tool', text)).toEqual(expected)
  })

  it('takes an unknown effect for a write', () => {
    expect(selects('tool', 'effect:write', { effect: undefined })).toEqual(both)
    expect(selects('tool', 'effect:read', { effect: undefined })).toEqual(neither)
  })

  it.each(['', ' ', 'projects.*', 'project:x', 'tag:', 'effect:*', 'effect:reed', '!x', 'a,b', 'tag: core:x'])(
    'refuses %j',
    (text) => {
      expect(() => parseSelector('tool', text)).toThrow()
    },
  )
})

describe('a selector for prompts and resources', () => {
  it('selects prompts by public name and upstream', () => {
    expect(selects('prompt', 'projects__list*')).toEqual(both)
    expect(selects('prompt', 'upstream:projects')).toEqual(both)
  })

  it.each([
    ['project://*', both],
    ['project://web/*', both],
    ['project://web/status', both],
    ['project://api/*', neither],
    ['upstream:projects project://*', both],
    ['projects__list_tasks', neither],
  ])('selects resources by URI: %j %j', (text, expected) => {
    expect(selects('resource', text)).toEqual(expected)
  })

  it.each(['PROJECT://web/status', 'project://WEB/status', 'project://web/st%61tus', 'project://we%62/st%61t%75s'])(
    'denies %s by the rule for the plain spelling, and does not allow it',
    (uri) => {
      expect(selects('resource', 'project://web/status', { uri })).toEqual([false, true])
    },
  )

  it.each(['effect:read', 'tag:core', 'scope:x', 'upstream:'])('refuses %j', (text) => {
    expect(() => parseSelector('prompt', text)).toThrow()
    expect(() => parseSelector('resource', text)).toThrow()
  })
})
