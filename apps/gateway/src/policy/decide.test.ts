/** The decision: default deny, deny over allow, and a deny for everything that is not as it should be. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Rule } from '../config/schema.ts'
import { compilePolicy } from './compile.ts'
import { decide } from './decide.ts'
import type { Action, DefinitionFacts } from './definition-facts.ts'
import { judge } from './judge.ts'

const tool: DefinitionFacts = {
  publicName: 'projects__list_tasks',
  aliases: ['projects__find_tasks'],
  upstream: 'projects',
  effect: 'read',
  scopes: [],
  tags: [],
}

function rule(id: string, effect: Rule['effect'], more: Partial<Rule>): Rule {
  return { id, effect, roles: ['*'], agents: [], tools: [], prompts: [], resources: [], source: `file:${id}`, ...more }
}

function decideBy(rules: Rule[], target: DefinitionFacts, action: Action = 'tool') {
  return decide(compilePolicy({ agents: {}, rules }).forAgent('bot'), action, target)
}

describe('decide', () => {
  it('denies what no rule allows', () => {
    expect(decideBy([], tool)).toEqual({ effect: 'deny' })
    expect(decideBy([rule('a', 'allow', { tools: ['db__*'] })], tool)).toEqual({ effect: 'deny' })
  })

  it('names the rule that decided', () => {
    const rules = [rule('a', 'allow', { tools: ['*'] }), rule('b', 'allow', { tools: ['*'] })]
    expect(decideBy(rules, tool)).toEqual({ effect: 'allow', rule: 'a', source: 'file:a' })
    rules.push(rule('c', 'deny', { tools: ['effect:read'] }))
    expect(decideBy(rules, tool)).toEqual({ effect: 'deny', rule: 'c', source: 'file:c' })
  })

  it('denies by a former name, and allows by the current one only', () => {
    const old = rule('old', 'allow', { tools: ['projects__find_tasks'] })
    expect(decideBy([old], tool).effect).toBe('deny')
    const rules = [rule('all', 'allow', { tools: ['*'] }), { ...old, effect: 'deny' as const }]
    expect(decideBy(rules, tool)).toMatchObject({ effect: 'deny', rule: 'old' })
  })

  it('keeps tools, prompts and resources apart', () => {
    const rules = [rule('a', 'allow', { prompts: ['*'] })]
    expect(decideBy(rules, tool, 'prompt').effect).toBe('allow')
    expect(decideBy(rules, tool, 'tool').effect).toBe('deny')
    expect(decideBy(rules, { ...tool, uri: 'project://x' }, 'resource').effect).toBe('deny')
  })

  it.each([
    'file:///public/../secret',
    'file:///public/%2e%2e/secret',
    'file:///public/%2E./secret',
    'file:///public/..%2fsecret',
    'file:///public\\..\\secret',
    'file:///public/./x',
    'file:///public/a%00b',
    'file:///public/a%0ab',
    'file:///public/a\u0085b',
    'file:///public/a ',
    'file:///public/a\u00a0',
    ' file:///public/a',
    'file:///public/a%20',
    'file:\\\\\\public\\a',
    'file:///public%5ca',
    'file://localhost/public/a',
    'file://elsewhere/public/a',
    '',
  ])('denies the URI %j, which an upstream could read as another one', (uri) => {
    const rules = [rule('a', 'allow', { resources: ['*'] })]
    expect(decideBy(rules, { ...tool, uri: 'file:///public/x y%20z/..a/{path}?q=1' }, 'resource').effect).toBe('allow')
    expect(decideBy(rules, { ...tool, uri }, 'resource')).toEqual({ effect: 'deny' })
  })

  it.each([
    ['https://h/secret', 'https://h:443/secret'],
    ['https://h/secret', 'https:/h/secret'],
    ['https://h/secret', 'https:h/secret'],
    ['https://h/secret', 'https:\\\\h\\secret'],
    ['https://h/secret', 'https://%68/secret'],
    ['https://h/secret', 'https://\u24d7/secret'],
    ['https://h/secret', 'https://me:pw@h/secret'],
    ['https://h/secret', 'https://h./secret'],
    ['https://h/secret', 'https://h//secret/'],
    ['https://h/secret', 'https://h/secret?all#top'],
    ['https://H:443/secret', 'https://h/secret'],
    ['https://h/sec*', 'https://h:443/secret'],
    ['http://127.0.0.1/*', 'http://0x7f.1/x'],
    ['file:///etc/*', 'file:/etc/x'],
    ['file:///etc/*', 'file:etc/x'],
    ['file:///etc/*', 'file:////etc/x'],
    ['file:///etc/*', 'file://localhost/etc/x'],
    ['file:/etc/*', 'file:///etc/x'],
    ['file:///etc/x', 'file:///etc/x#y'],
    ['note://by-name/hello', 'note://by-name/hello '],
    ['note://by-name/hello', 'NOTE://BY-NAME/%68ello'],
    ['note://by-name/hello', 'note://by-name//hello'],
    ['upstream:projects note://by-name/hello', 'note://by-name/hello?'],
  ])('a deny of %j is a deny of %j', (denied, uri) => {
    const rules = [rule('a', 'allow', { resources: ['upstream:projects'] })]
    expect(decideBy(rules, { ...tool, uri: 'note://other' }, 'resource').effect).toBe('allow')
    rules.push(rule('d', 'deny', { resources: [denied] }))
    expect(decideBy(rules, { ...tool, uri: 'note://other' }, 'resource').effect).toBe('allow')
    expect(decideBy(rules, { ...tool, uri }, 'resource').effect).toBe('deny')
  })

  it.each([
    ['https://h/secret', 'https://h/secrets'],
    ['https://h/secret', 'http://h/secret'],
    ['https://h/secret', 'https://h:8443/secret'],
    ['https://h/list?page=1', 'https://h/list?page=2'],
    ['file:///etc/*', 'file:///opt/etc/x'],
    ['note://by-name/hello', 'note://by-name/hello/more'],
  ])('a deny of %j says nothing of %j', (denied, uri) => {
    const rules = [rule('a', 'allow', { resources: ['upstream:projects'] }), rule('d', 'deny', { resources: [denied] })]
    expect(decideBy(rules, { ...tool, uri }, 'resource').rule).toBe('a')
  })

  it.each([
    ['no name', { publicName: undefined }],
    ['no upstream', { upstream: '' }],
    ['no tags', { tags: undefined }],
    ['scopes that are text', { scopes: 'read' }],
    ['aliases of numbers', { aliases: [1] }],
    ['an effect of its own', { effect: 'none' }],
  ])('denies facts with %s', (_, wrong) => {
    const rules = [rule('a', 'allow', { tools: ['*'] })]
    expect(decideBy(rules, { ...tool, ...wrong } as DefinitionFacts)).toEqual({ effect: 'deny' })
  })

  it('denies a resource without a URI, and when the policy itself is broken', () => {
    expect(decideBy([rule('a', 'allow', { resources: ['*'] })], tool, 'resource')).toEqual({ effect: 'deny' })
    expect(decide(undefined as never, 'tool', tool)).toEqual({ effect: 'deny' })
  })
})

describe('for any rules', () => {
  const name = fc.constantFrom('projects__list_tasks', 'projects__find_tasks', 'db__run_query', 'db__drop')
  const selector = fc.constantFrom(
    '*',
    'projects__*',
    'db__*',
    '*_tasks',
    'effect:read',
    'effect:write',
    'upstream:db',
    'tag:x',
  )
  const facts: fc.Arbitrary<DefinitionFacts> = fc.record({
    publicName: name,
    aliases: fc.array(name, { maxLength: 2 }),
    upstream: fc.constantFrom('projects', 'db'),
    effect: fc.constantFrom('read', 'write', 'destroy', undefined),
    scopes: fc.constant([]),
    tags: fc.subarray(['x', 'y']),
  })
  const rules = (effect: Rule['effect']) =>
    fc
      .array(fc.array(selector, { minLength: 1, maxLength: 3 }), { maxLength: 4 })
      .map((all) => all.map((tools, i) => rule(`${effect}-${i}`, effect, { tools })))

  it('a deny beats every allow, in any order', () => {
    fc.assert(
      fc.property(rules('allow'), rules('deny'), facts, fc.boolean(), (allows, denies, target, isReversed) => {
        const isDenied = denies.some((deny) => decideBy([deny], target).rule === deny.id)
        const isAllowed = allows.some((allow) => decideBy([allow], target).effect === 'allow')
        const all = isReversed ? [...denies, ...allows] : [...allows, ...denies]
        expect(decideBy(all, target).effect).toBe(isAllowed && !isDenied ? 'allow' : 'deny')
      }),
    )
  })

  it('an approval beats every allow and no deny, in any order', () => {
    fc.assert(
      fc.property(rules('allow'), rules('approve'), rules('deny'), facts, (allows, approves, denies, target) => {
        const [isDenied, isWatched, isAllowed] = [denies, approves, allows].map((all) =>
          all.some((each) => decideBy([each], target).rule === each.id),
        )
        const expected = isDenied ? 'deny' : isWatched ? 'approve' : isAllowed ? 'allow' : 'deny'
        expect(decideBy([...allows, ...approves, ...denies], target).effect).toBe(expected)
        expect(decideBy([...denies, ...approves, ...allows], target).effect).toBe(expected)
      }),
    )
  })

  it('one more deny never allows anything', () => {
    fc.assert(
      fc.property(rules('allow'), rules('deny'), facts, (allows, denies, target) => {
        const before = decideBy(allows, target).effect
        const after = decideBy([...allows, ...denies], target).effect
        expect(before === 'deny' && after === 'allow').toBe(false)
      }),
    )
  })
})

describe('what a credential carries', () => {
  const scoped = { ...tool, scopes: ['pay'], arguments: { root: 'map' } }
  const carried = { ...scoped, scopes: [] }
  const allowsAll = (more: Partial<Rule> = {}) => rule('all', 'allow', { tools: ['*'], ...more })
  const watched = (more: Partial<Rule> = {}) =>
    rule('watched', 'approve', { tools: ['scope:pay'], approvers: ['leads'], ...more })
  const forbidden = rule('forbidden', 'deny', { tools: ['scope:pay'] })
  const when = 'args.n < 5'
  it.each<[string, Rule[], n: number, string]>([
    ['an allow by scope alone', [rule('by-scope', 'allow', { tools: ['scope:pay'] })], 1, 'deny'],
    ['an approval by scope alone', [watched()], 1, 'deny'],
    ['an approval by scope over an allow', [watched(), allowsAll()], 1, 'approve'],
    ['an approval by scope with a condition over an allow', [watched({ when }), allowsAll()], 1, 'approve'],
    ['the same where it does not hold', [watched({ when }), allowsAll()], 9, 'allow'],
    ['an approval by scope over an allow with a condition', [watched(), allowsAll({ when })], 1, 'approve'],
    ['the same where it does not hold', [watched(), allowsAll({ when })], 9, 'deny'],
    ['a deny by scope', [forbidden, watched(), allowsAll()], 1, 'deny'],
  ])('grants, and takes away no rule that restricts: %s', (_, rules, n, expected) => {
    const decision = decide(compilePolicy({ agents: {}, rules }).forAgent('bot'), 'tool', scoped, carried)
    const call = { argumentsText: JSON.stringify({ n }), agent: 'bot', roles: [], timeMs: 0 }
    expect(judge(decision, scoped, call).effect).toBe(expected)
  })
})

it('the first approval in the file whose condition holds decides', () => {
  const rules = [
    rule('large', 'approve', { tools: ['*'], approvers: ['directors'], when: 'args.n > 100' }),
    rule('any', 'approve', { tools: ['*'], approvers: ['leads'] }),
    rule('never-asked', 'approve', { tools: ['*'], approvers: ['nobody'], when: 'args.n > 5' }),
  ]
  const target = { ...tool, arguments: { root: 'map' } }
  const approversOf = (n: unknown) => {
    const call = { argumentsText: JSON.stringify({ n }), agent: 'bot', roles: [], timeMs: 0 }
    const { effect, approvers } = judge(decideBy(rules, target), target, call)
    return approvers ?? effect
  }
  expect([approversOf(101), approversOf(7), approversOf('x')]).toEqual([['directors'], ['leads'], 'deny'])
})
