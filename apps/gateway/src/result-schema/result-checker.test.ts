/** Results are held against schemas of every dialect within bounded time and memory, and no schema harms the checks of others. */
import { afterEach, expect, it } from 'vitest'
import { verifies } from '../../test/support/verifies.ts'
import { type CheckBounds, ResultChecker } from './result-checker.ts'

const open: ResultChecker[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

function start(bounds: Partial<CheckBounds> = {}) {
  const checker = new ResultChecker(bounds)
  open.push(checker)
  return (schema: object, value: unknown) => {
    const text = JSON.stringify(schema)
    return checker.check({ key: text, text }, JSON.stringify(value))
  }
}

const NUMBERS = {
  type: 'object',
  properties: { items: { type: 'array', items: { type: 'number' } } },
  required: ['items'],
}

it('says what fits and where something does not', async () => {
  const check = start()
  expect(await check(NUMBERS, { items: [1, 2.5], more: true })).toEqual({ kind: 'fits' })
  expect(await check(NUMBERS, { items: [1, 'two'] })).toEqual({ kind: 'breaks', reason: '/items/1 must be number' })
  expect(await check(NUMBERS, {})).toEqual({ kind: 'breaks', reason: "/ must have required property 'items'" })
  expect(await check({ type: 'array', prefixItems: [{ const: 1 }], items: false }, [1])).toEqual({ kind: 'fits' })
  expect(await check({ $defs: { n: { type: 'null' } }, $ref: '#/$defs/n' }, 0)).toEqual({
    kind: 'breaks',
    reason: '/ must be null',
  })
})

it.each([
  ['https://json-schema.org/draft/2020-12/schema', true],
  ['https://json-schema.org/draft/2019-09/schema', true],
  ['http://json-schema.org/draft-07/schema#', true],
  ['http://json-schema.org/draft-06/schema', true],
  ['http://json-schema.org/draft-04/schema#', false],
  ['https://example.com/own', false],
])('knows the dialect %s: %s', async ($schema, isKnown) => {
  const check = start()
  const verdicts = [await check({ $schema, type: 'string' }, 'a'), await check({ $schema, type: 'string' }, 1)]
  expect(verdicts.map(({ kind }) => kind)).toEqual(isKnown ? ['fits', 'breaks'] : ['unchecked', 'unchecked'])
})

it.each([
  ['leads away', { $ref: 'https://example.com/schema' }],
  ['leads nowhere', { $ref: '#/$defs/none' }],
  ['is none', { type: 'nothing' }],
  ['has a pattern that is none', { pattern: '(' }],
])('does not use a schema that %s', async (_what, schema) => {
  expect(await start()(schema, 'a')).toMatchObject({
    kind: 'unchecked',
    reason: expect.stringMatching(/^its output schema is of no use: /),
  })
})

const SLOW_PATTERN = { pattern: '^(a+)+$' }
const SLOW_VALUE = `${'a'.repeat(60)}b`
/** Each reference is followed twice: 2 to the power of its length ways. */
const SLOW_REFERENCES = {
  $ref: '#/$defs/d40',
  $defs: Object.fromEntries(
    Array.from({ length: 41 }, (_, i) => [
      `d${i}`,
      i === 0 ? {} : { allOf: [{ $ref: `#/$defs/d${i - 1}` }, { $ref: `#/$defs/d${i - 1}` }] },
    ]),
  ),
}

it.each([
  ['a pattern that backtracks', SLOW_PATTERN],
  ['references without end', SLOW_REFERENCES],
])(
  verifies(
    'policy.linear',
    'cuts off %s, lets the loop and other checks go on, and tries the schema no more than twice',
  ),
  async (_what, schema) => {
    const check = start({ maxMs: 300 })
    expect(await check({}, 0)).toEqual({ kind: 'fits' })
    let turns = 0
    const timer = setInterval(() => turns++, 10)
    const slow = [check(schema, SLOW_VALUE), check(schema, SLOW_VALUE), check(schema, SLOW_VALUE)]
    const fine = check(NUMBERS, { items: [] })
    expect((await Promise.all(slow)).map(({ kind }) => kind)).toEqual(['unchecked', 'unchecked', 'unchecked'])
    clearInterval(timer)
    expect(turns).toBeGreaterThan(5)
    expect(await fine).toEqual({ kind: 'fits' })
    expect(await check(schema, SLOW_VALUE)).toEqual({
      kind: 'unchecked',
      reason: 'checks with this schema take too long',
    })
  },
  30_000,
)

it('leaves what is too long or too much unchecked', async () => {
  const check = start({ maxCharacters: 100, maxWaiting: 2 })
  expect(await check({}, 'x'.repeat(100))).toEqual({ kind: 'unchecked', reason: 'it is longer than 100 characters' })
  const verdicts = await Promise.all([0, 1, 2, 3].map((value) => check({}, value)))
  expect(verdicts.map(({ kind }) => kind)).toEqual(['fits', 'fits', 'unchecked', 'unchecked'])
})

it('keeps some schemas, forgets the oldest without harm, and mixes none up', async () => {
  const check = start({ maxKept: 3 })
  for (let round = 0; round < 2; round++) {
    const checks = [0, 1, 2, 3, 4].map((i) => check({ $id: 'https://example.com/same', const: i }, round === 0 ? i : 4))
    const kinds = (await Promise.all(checks)).map(({ kind }) => kind)
    expect(kinds).toEqual(round === 0 ? Array(5).fill('fits') : [...Array(4).fill('breaks'), 'fits'])
  }
})

it('answers everybody when it is closed', async () => {
  const check = start()
  const waiting = [check({}, 1), check({}, 2)]
  await open[0]?.close()
  for (const verdict of await Promise.all(waiting))
    expect(verdict).toEqual({ kind: 'unchecked', reason: 'the gateway is ending' })
  expect(await check({}, 3)).toEqual({ kind: 'unchecked', reason: 'the gateway is ending' })
})
