/** What conditions can say, what they refuse to say, and that whatever cannot be told is no answer. */
import { evaluate } from '@marcbachmann/cel-js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { argumentTypesOf } from './argument-types.ts'
import { type Circumstances, compileCondition, MAX_CONDITION_CHARACTERS } from './condition.ts'
import { judgedArguments } from './judged-arguments.ts'

const SCHEMA = {
  type: 'object',
  properties: {
    limit: { type: 'integer' },
    name: { type: 'string' },
    isUrgent: { type: 'boolean' },
    tags: { type: 'array', items: { type: 'string' } },
    items: { type: 'array', items: { type: 'object' } },
    owner: { type: 'object', properties: { id: { type: 'number' } } },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    any: {},
    maybe: { type: ['string', 'null'] },
  },
}
const types = argumentTypesOf(SCHEMA)

function judge(text: string, args: string | object, more: Partial<Circumstances> = {}): unknown {
  const condition = compileCondition(text)
  const argumentsText = typeof args === 'string' ? args : JSON.stringify(args)
  try {
    return condition.holds(types, {
      args: judgedArguments(argumentsText, condition.names),
      agent: { name: 'bot', roles: ['support'] },
      user: {},
      tool: { name: 'db__query', upstream: 'db', effect: 'read', tags: ['core'], scopes: [] },
      time: new Date('2026-07-28T09:30:00Z'),
      ...more,
    })
  } catch (error) {
    return `error: ${(error as Error).message}`
  }
}
const error = expect.stringMatching(/^error: /)

describe('a condition', () => {
  it.each([
    ['args.limit <= 100', { limit: 100 }, true],
    ['args.limit <= 100', { limit: 100.5 }, false],
    ['args.limit == 100', { limit: 100 }, true],
    ['args.limit == 100.0', '{"limit":1e2}', true],
    ['args.limit != 100', { limit: 99 }, true],
    ['args.limit in [1, 2, 3]', { limit: 2 }, true],
    ['args.limit in [1, 2, 3]', { limit: 4 }, false],
    ['args.limit * 2 + 1 < 10 && args.limit % 2 == 0', { limit: 4 }, true],
    ['-args.limit < 0', { limit: 4 }, true],
    ['args.name == "a" || args.name == "b"', { name: 'b' }, true],
    ['args.name.startsWith("a") && args.name.endsWith("z") && args.name.contains("b")', { name: 'abz' }, true],
    ['size(args.name) < 3', { name: 'ab' }, true],
    ['args.isUrgent', { isUrgent: true }, true],
    ['!args.isUrgent', { isUrgent: true }, false],
    ['has(args.limit) && args.limit > 3', {}, false],
    ['!has(args.limit) || args.limit > 3', {}, true],
    ['"x" in args.tags', { tags: ['x'] }, true],
    ['args.tags.all(t, t in ["x", "y"])', { tags: ['x', 'y'] }, true],
    ['args.tags.all(t, t in ["x", "y"])', { tags: ['x', 'z'] }, false],
    ['args.tags.all(t, t == "x")', { tags: [] }, true],
    ['args.tags.exists(t, t == "x")', { tags: ['y', 'x'] }, true],
    ['args.tags.exists(t, t == "x")', { tags: ['y'] }, false],
    ['args.tags.exists_one(t, t == "x")', { tags: ['x', 'x'] }, false],
    ['args.tags == ["a"]', { tags: ['a'] }, true],
    ['args.items.all(i, i.price < 3)', { items: [{ price: 1 }] }, true],
    ['args.owner.id == 7', { owner: { id: 7 } }, true],
    ['has(args.owner.id)', { owner: {} }, false],
    ['args.labels["team"] == "a" && "team" in args.labels', { labels: { team: 'a' } }, true],
    ['args.maybe == null', { maybe: null }, true],
    ['args.any.deep[0] == 3', { any: { deep: [3] } }, true],
    ['"support" in agent.roles && agent.name == "bot"', {}, true],
    ['tool.name == "db__query" && tool.effect == "read" && "core" in tool.tags && tool.upstream == "db"', {}, true],
    ['time.getHours("Europe/Berlin") == 11 && time.getDayOfWeek() in [1, 2, 3, 4, 5]', {}, true],
    ['time < timestamp("2026-07-29T00:00:00Z")', {}, true],
    ['args.limit > 5 ? args.name == "a" : true', { limit: 1 }, true],
    ['has(user.name)', {}, false],
  ])('%s of %j is %s', (text, args, expected) => {
    expect(judge(text, args)).toBe(expected)
  })

  it('sees the user for whom the agent acts', () => {
    expect(judge('user.name == "ann"', {}, { user: { name: 'ann' } })).toBe(true)
    expect(judge('user.name == "ann"', {})).toEqual(error)
  })

  it.each([
    ['a missing member', 'args.limit <= 100', {}],
    ['a missing member, even beside what decides', 'args.limit <= 100 || true', {}],
    ['a missing member, even beside what denies', 'args.limit <= 100 && false', {}],
    ['a missing parent', 'has(args.owner.id)', {}],
    ['text for a number', 'args.limit <= 100', { limit: '50' }],
    ['text for a number, in an equality', 'args.limit == 50', { limit: '50' }],
    ['null for a number', 'has(args.limit)', { limit: null }],
    ['a number for text', 'args.name != "x"', { name: 3 }],
    ['text for a number where anything goes', 'args.any == 50', { any: '50' }],
    ['text for a number where anything goes, negated', 'args.any != 50', { any: '50' }],
    ['text for a number in a list', 'args.any in [1, 2]', { any: '1' }],
    ['a list for a number', 'args.any == 1', { any: [1] }],
    ['an object for a number', 'args.any == 1', { any: {} }],
    ['a wrong element', '"x" in args.tags', { tags: ['x', 3] }],
    ['a wrong element beside what decides', 'args.tags.exists(t, t == "x")', { tags: ['x', 3] }],
    ['a wrong element beside what denies', 'args.tags.all(t, t == "x")', { tags: ['y', 3] }],
    ['a missing member of an element', 'args.items.exists(i, i.price < 3)', { items: [{ price: 1 }, {}] }],
    ['what is no boolean', 'args.any', { any: 'true' }],
    ['what is no boolean, negated', '!args.any', { any: 0 }],
    ['what every object has', 'args.any.constructor == 1', { any: {} }],
    ['what every object has, by its name', 'args.any["toString"] == 1', { any: {} }],
    ['a list that is too long', 'size(args.tags) > 0', { tags: new Array(1_001).fill('x') }],
    ['half of a surrogate pair', 'args.name != "x"', '{"name":"\\ud800"}'],
    ['a bad time zone', 'time.getHours("Nowhere/At all") < 3', {}],
  ])('fails for %s: %s', (_, text, args) => {
    expect(judge(text, args)).toEqual(error)
  })

  it.each(['9007199254740993', '1e400', '0.1000000000000000000001', '123456789012345678901234567890', '1e-400'])(
    'fails for the number %s, which a double cannot hold, and only when it reads it',
    (number) => {
      expect(judge('args.limit > 0', `{"limit":${number}}`)).toEqual(error)
      expect(judge('args.any.x > 0', `{"any":{"x":${number}}}`)).toEqual(error)
      expect(judge('args.any == 1', `{"any":${number}}`)).toEqual(error)
      expect(judge('args.any[0] == 1 || true', `{"any":[${number}]}`)).toEqual(error)
      expect(judge('args.name == "x"', `{"name":"x","limit":${number}}`)).toBe(true)
    },
  )

  it.each(['9007199254740992', '1.0', '0.1', '1e22', '1E3', '123.456', '0.30000000000000004', '0e5'])(
    'takes the number %s',
    (number) => {
      expect(judge('args.limit >= 0', `{"limit":${number}}`)).toBe(true)
    },
  )
})

describe('the language', () => {
  it.each([
    ['', /Unexpected token|EOF/],
    ['args.limit <=', /Unexpected token/],
    ['args.name.matches("a*")', /"matches" is no function/],
    ['args.name.lowerAscii() == "x"', /is no function/],
    ['unknown(args)', /is no function/],
    ['limit < 3', /Unknown variable: limit/],
    ['args.limit', undefined],
    ['"text"', /neither true nor false/],
    ['{"a": 1} == args', /no maps/],
    ['args.tags.exists(t, args.tags.exists(u, t == u))', /cannot stand inside/],
    ['args.tags.map(t, t)', /is no function/],
    [`${'('.repeat(30)}args.isUrgent${')'.repeat(30)}`, /maxDepth/],
    [`true${' || true'.repeat(105)}`, /maxAstNodes/],
    [`args.name == "${'x'.repeat(MAX_CONDITION_CHARACTERS)}"`, /at most 1000 characters/],
  ])('of %.60j', (text, expected) => {
    if (expected) expect(() => compileCondition(text)).toThrow(expected)
    else expect(compileCondition(text).text).toBe(text)
  })

  it('can be used up to its bounds', () => {
    expect(judge(`args.limit == 0${' || args.limit == 0'.repeat(32)} || args.limit == 1`, { limit: 1 })).toBe(true)
    expect(
      judge(`${'('.repeat(10)}args.isUrgent && (${'!'.repeat(21)}args.isUrgent)${')'.repeat(10)}`, { isUrgent: true }),
    ).toBe(false)
  })

  it.each([
    ['args.limt < 3', /No such key: limt/],
    ['args.owner.nam == 3', /No such key: nam/],
    ['args.name < 3', /no such overload/],
    ['args.name == 3', /no such overload/],
    ['args.limit in ["a"]', /no such overload/],
    ['args.tags.exists(t, t == 3)', /no such overload/],
    ['args.limit', /neither true nor false/],
  ])('is held against the input schema: %s', (text, problem) => {
    const condition = compileCondition(text)
    expect(condition.problemWith(types)).toMatch(problem)
    expect(condition.problemWith(argumentTypesOf({ type: 'object' }))).toBeUndefined()
    expect(condition.problemWith(undefined)).toBe('the arguments of the tool are not known yet')
  })
})

describe('arguments', () => {
  const read = (text: string | undefined, ...names: string[]) => judgedArguments(text, new Set(names))

  it('are judged as they stand', () => {
    expect(read(undefined)).toEqual({})
    expect(read('{"a":[1,{"b":null}],"__proto__":3}')).toEqual(
      Object.assign(Object.create(null), JSON.parse('{"a":[1,{"b":null}]}'), { ['__proto__']: 3 }),
    )
  })

  it.each([
    ['{"Limit":1,"limit":2}', []],
    ['{"a":[{"Id":1,"iD":2}]}', []],
    ['{"\u017ftate":1,"state":2}', []],
    ['{"LIMIT":5}', ['limit']],
    ['{"maxrows":5}', ['maxRows']],
    ['{"a":{"\u212aey":5}}', ['key']],
    ['[]', []],
    ['null', []],
    [`{"a":"${'x'.repeat(65_536)}"}`, []],
  ])('that can be read in two ways are not judged: %.40s', (text, names) => {
    expect(() => read(text, ...names)).toThrow()
  })

  it('may have members of other spellings that no condition reads', () => {
    expect(read('{"Limit":1,"maxRows":2}', 'other', 'maxRows')).toEqual({ Limit: 1, maxRows: 2 })
  })
})

it('one condition costs a few microseconds', () => {
  const condition = compileCondition('args.limit <= 100 && args.name != "x"')
  const subject = { agent: { name: 'bot', roles: ['support'] }, user: {}, time: new Date() }
  const tool = { name: 'db__query', upstream: 'db', effect: 'read', tags: [], scopes: [] }
  const text = '{"limit":50,"name":"orders","sql":"select 1"}'
  const rounds = 5_000
  const once = () => {
    const startedMs = performance.now()
    for (let i = 0; i < rounds; i++)
      condition.holds(types, { args: judgedArguments(text, condition.names), ...subject, tool })
    return ((performance.now() - startedMs) * 1_000) / rounds
  }
  // The best of several, because other work shares the machine; the goal is 5, measured in bench/.
  expect(Math.min(...Array.from({ length: 8 }, once))).toBeLessThan(15)
})

it('means what CEL means, wherever it means anything', () => {
  const conditions = fc.constantFrom(
    ...[
      'args.limit <= 100 || args.name == "a"',
      'args.tags.exists(t, t == "x") && !args.isUrgent',
      'args.any in ["a", "b"]',
    ],
    ...[
      'args.tags.all(t, t != "x")',
      'args.limit != 3.0 ? args.name in ["a"] : args.isUrgent',
      'args.tags.exists_one(t, t == "x")',
    ],
    ...['has(args.owner) && has(args.owner.id) && args.owner.id >= 1.0', 'args.tags == ["x"] || size(args.tags) > 1'],
  )
  const args = fc.record(
    {
      limit: fc.constantFrom(3, 100, 101, '3', null),
      name: fc.constantFrom('a', 'b', 3),
      isUrgent: fc.constantFrom(true, false, 'no'),
      tags: fc.array(fc.constantFrom('x', 'y', 3), { maxLength: 3 }),
      owner: fc.constantFrom({}, { id: 1 }, { id: 'x' }),
      any: fc.constantFrom('a', 3, null, [], {}),
    },
    { requiredKeys: [] },
  )
  const ends = new Set<unknown>()
  fc.assert(
    fc.property(conditions, args, (text, given) => {
      const strict = judge(text, given)
      if (typeof strict === 'boolean') expect(evaluate(text, { args: given })).toBe(strict)
      ends.add(typeof strict === 'boolean' ? strict : 'error')
    }),
    { numRuns: 1_000, seed: 7 },
  )
  expect(ends).toEqual(new Set([true, false, 'error']))
})
