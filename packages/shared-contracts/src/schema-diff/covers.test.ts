/** What one schema lets through and another does not: a table of cases, and schemas at random held against a real validator. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { covers } from './covers.ts'

type Json = Record<string, unknown>
const object = (properties: Json, more: Json = {}): Json => ({ type: 'object', properties, ...more })
const s = { type: 'string' }
const n = { type: 'number' }
const tree = (leaf: Json): Json => ({
  type: 'object',
  properties: { root: { $ref: '#/$defs/node' } },
  $defs: { node: object({ leaf, next: { $ref: '#/$defs/node' } }) },
})

/** What was written before, what is read after, and whether everything written can be read. */
const CASES: [what: string, before: unknown, after: unknown, isCovered: boolean][] = [
  ['nothing changed', object({ a: s }), object({ a: s }), true],
  ['texts changed', object({ a: { ...s, description: 'x' } }), object({ a: { ...s, title: 'y', default: 'z' } }), true],
  ['added optional', object({ a: s }), object({ a: s, b: n }), true],
  ['added optional to none', { type: 'object' }, object({ b: n }), true],
  ['added required', object({ a: s }), object({ a: s, b: n }, { required: ['b'] }), false],
  ['now required', object({ a: s }), object({ a: s }, { required: ['a'] }), false],
  ['now optional', object({ a: s }, { required: ['a'] }), object({ a: s }), true],
  ['removed', object({ a: s, b: n }), object({ a: s }), false],
  ['added optional to a map', object({ a: s }, { additionalProperties: true }), object({ a: s, b: n }), false],
  [
    'added optional to a part that takes anything',
    object({ a: { type: 'object' } }),
    object({ a: object({ b: n }) }),
    false,
  ],
  ['closed', object({ a: s }), object({ a: s }, { additionalProperties: false }), true],
  [
    'closed a map',
    object({ a: s }, { additionalProperties: s }),
    object({ a: s }, { additionalProperties: false }),
    false,
  ],
  ['another type', object({ a: s }), object({ a: n }), false],
  ['a wider type', object({ a: { type: 'integer' } }), object({ a: n }), true],
  ['a narrower type', object({ a: n }), object({ a: { type: 'integer' } }), false],
  ['one more type', object({ a: s }), object({ a: { type: ['string', 'null'] } }), true],
  ['one type less', object({ a: { type: ['string', 'null'] } }), object({ a: s }), false],
  ['one more value', object({ a: { enum: ['x'] } }), object({ a: { enum: ['x', 'y'] } }), true],
  ['one value less', object({ a: { enum: ['x', 'y'] } }), object({ a: { enum: ['x'] } }), false],
  ['values at all', object({ a: s }), object({ a: { ...s, enum: ['x'] } }), false],
  ['any value', object({ a: { enum: ['x'] } }), object({ a: s }), true],
  ['a constant among values', object({ a: { const: 'x' } }), object({ a: { enum: ['x', 'y'] } }), true],
  ['a format', object({ a: s }), object({ a: { ...s, format: 'email' } }), false],
  ['no format', object({ a: { ...s, format: 'email' } }), object({ a: s }), true],
  ['another pattern', object({ a: { ...s, pattern: '^a' } }), object({ a: { ...s, pattern: '^b' } }), false],
  [
    'a wider range',
    object({ a: { ...n, minimum: 1, maximum: 5 } }),
    object({ a: { ...n, minimum: 0, maximum: 9 } }),
    true,
  ],
  ['a higher minimum', object({ a: { ...n, minimum: 1 } }), object({ a: { ...n, minimum: 2 } }), false],
  ['a minimum of zero', object({ a: n }), object({ a: { ...n, minimum: 0 } }), false],
  ['a minimal length of zero', object({ a: s }), object({ a: { ...s, minLength: 0 } }), true],
  ['a shorter text', object({ a: { ...s, maxLength: 9 } }), object({ a: { ...s, maxLength: 8 } }), false],
  ['a bound that does not matter', object({ a: s }), object({ a: { ...s, minimum: 5 } }), true],
  ['smaller steps', object({ a: { ...n, multipleOf: 10 } }), object({ a: { ...n, multipleOf: 5 } }), true],
  ['larger steps', object({ a: { ...n, multipleOf: 5 } }), object({ a: { ...n, multipleOf: 10 } }), false],
  [
    'wider elements',
    object({ a: { type: 'array', items: { type: 'integer' } } }),
    object({ a: { type: 'array', items: n } }),
    true,
  ],
  ['narrower elements', object({ a: { type: 'array' } }), object({ a: { type: 'array', items: n } }), false],
  [
    'fewer elements',
    object({ a: { type: 'array', maxItems: 5 } }),
    object({ a: { type: 'array', maxItems: 4 } }),
    false,
  ],
  ['unique elements', object({ a: { type: 'array' } }), object({ a: { type: 'array', uniqueItems: true } }), false],
  [
    'a tuple for a list',
    object({ a: { type: 'array', items: n } }),
    object({ a: { type: 'array', prefixItems: [n, n], items: n } }),
    true,
  ],
  [
    'a list for a tuple',
    object({ a: { type: 'array', prefixItems: [n, s], items: false } }),
    object({ a: { type: 'array', items: n } }),
    false,
  ],
  [
    'deep inside: added optional',
    object({ a: object({ b: object({ c: s }) }) }),
    object({ a: object({ b: object({ c: s, d: s }) }) }),
    true,
  ],
  [
    'deep inside: added required',
    object({ a: object({ b: s }) }),
    object({ a: object({ b: s, c: s }, { required: ['c'] }) }),
    false,
  ],
  ['one more alternative', object({ a: { anyOf: [s] } }), object({ a: { anyOf: [n, s] } }), true],
  ['one alternative less', object({ a: { anyOf: [n, s] } }), object({ a: { anyOf: [s] } }), false],
  [
    'types for alternatives',
    object({ a: { anyOf: [s, { type: 'null' }] } }),
    object({ a: { type: ['string', 'null'] } }),
    true,
  ],
  [
    'an alternative that declares more',
    { type: 'object', anyOf: [object({ b: s }), object({ c: n })], properties: {} },
    object({ b: n }),
    false,
  ],
  ['another exclusive choice', object({ a: { oneOf: [s] } }), object({ a: { oneOf: [s, n] } }), false],
  ['one condition more', object({ a: n }), { ...object({ a: n }), allOf: [{ required: ['a'] }] }, false],
  ['something forbidden', object({ a: n }), object({ a: { ...n, not: { const: 1 } } }), false],
  ['a tree, unchanged', tree(s), tree(s), true],
  ['a tree with wider leaves', tree(s), tree({ type: ['string', 'null'] }), true],
  ['a tree with other leaves', tree(s), tree(n), false],
  [
    'references elsewhere',
    object({ a: { $ref: 'https://x.test/a' } }),
    object({ a: { $ref: 'https://x.test/b' } }),
    false,
  ],
  ['a keyword that nobody knows', object({ a: s }), object({ a: { ...s, mustBe: 'good' } }), false],
  [
    'another dialect',
    { $schema: 'https://json-schema.org/draft/2020-12/schema' },
    { $schema: 'http://json-schema.org/draft-07/schema#' },
    false,
  ],
  ['no value at all', object({ a: s }), object({ a: false }), false],
]

describe('what callers send', () => {
  it.each(CASES)('%s', (_what, before, after, isCovered) => {
    expect(covers({ writer: before, reader: after }, true)).toBe(isCovered)
  })
})

describe('what upstreams send', () => {
  it('may hold more than was declared, but not less', () => {
    const before = object({ a: s }, { required: ['a'] })
    expect(covers({ writer: object({ a: s, b: n }, { required: ['a'] }), reader: before }, false)).toBe(true)
    expect(covers({ writer: object({ b: n }), reader: before }, false)).toBe(false)
  })
})

const scalar = fc.oneof(
  fc.record(
    {
      type: fc.constantFrom('string', ['string', 'null']),
      minLength: fc.nat(2),
      maxLength: fc.integer({ min: 1, max: 4 }),
    },
    { requiredKeys: ['type'] },
  ),
  fc.record(
    {
      type: fc.constantFrom('integer', 'number', ['integer', 'string']),
      minimum: fc.integer({ min: -2, max: 2 }),
      maximum: fc.integer({ min: 0, max: 4 }),
      multipleOf: fc.constantFrom(1, 2),
    },
    { requiredKeys: ['type'] },
  ),
  fc.record({ enum: fc.uniqueArray(fc.constantFrom('a', 'b', 1, 2, null), { minLength: 1 }) }),
  fc.constantFrom<unknown>(true, {}, { const: 'a' }, { type: 'boolean' }, { $ref: '#/$defs/x' }),
)
const { schema } = fc.letrec<{ schema: unknown }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.record(
      {
        type: fc.constant('object'),
        properties: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('schema'), { maxKeys: 3 }),
        required: fc.uniqueArray(fc.constantFrom('a', 'b'), { maxLength: 2 }),
        additionalProperties: fc.oneof(fc.boolean(), tie('schema')),
      },
      { requiredKeys: ['type'] },
    ),
    fc.record(
      {
        type: fc.constant('array'),
        items: tie('schema'),
        prefixItems: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
        maxItems: fc.nat(3),
        minItems: fc.nat(2),
        uniqueItems: fc.boolean(),
      },
      { requiredKeys: ['type'] },
    ),
    fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }) }),
    fc.record({ allOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }) }),
  ),
}))
const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('a', 'b', '', 'aaa', 'aaaaa', 0, 1, 2, 3, -1, 4, 0.5, null, true),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { maxKeys: 3, noNullPrototype: true }),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
})).value

const COMPOSING = ['allOf', 'anyOf', 'oneOf']
/** The schema as whoever writes by it reads it: where properties are named and nothing is said of others, there are none. */
function declared(node: unknown, place: 'root' | 'part' | 'branch' = 'part'): unknown {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return node
  const of = node as Json
  const parts = Object.entries(of).map(([key, inner]): [string, unknown] => {
    if (key === 'properties' || key === '$defs')
      return [key, Object.fromEntries(Object.entries(inner as Json).map(([name, each]) => [name, declared(each)]))]
    if (COMPOSING.includes(key)) return [key, (inner as unknown[]).map((each) => declared(each, 'branch'))]
    if (key === 'prefixItems') return [key, (inner as unknown[]).map((each) => declared(each))]
    return [key, key === 'items' || key === 'additionalProperties' ? declared(inner) : inner]
  })
  const isOpen = place === 'branch' || COMPOSING.some((key) => key in of) || 'additionalProperties' in of
  const isClosed = !isOpen && ('properties' in of || (place === 'root' && of.type === 'object'))
  return { ...Object.fromEntries(parts), ...(isClosed ? { additionalProperties: false } : {}) }
}

const BOUNDS = ['minLength', 'maxLength', 'minimum', 'maximum', 'minItems', 'maxItems']
/** The schema with each bound moved. */
function shifted(node: unknown, by: number): unknown {
  return JSON.parse(
    JSON.stringify(node, (key, inner) => (BOUNDS.includes(key) ? Math.max(0, Number(inner) + by) : inner)),
  )
}

it('never says yes where a value is refused', () => {
  const ajv = () => new Ajv2020({ strict: false, logger: false, validateFormats: false })
  let yes = 0
  const shift = fc.constantFrom(undefined, 1, -1)
  const pair = fc.tuple(
    schema,
    fc.tuple(schema, shift),
    schema,
    schema,
    fc.array(value, { minLength: 20, maxLength: 20 }),
  )
  fc.assert(
    fc.property(pair, ([one, [stranger, by], x, y, values]) => {
      // Close relatives are more telling than strangers.
      const other = by === undefined ? stranger : shifted(one, by)
      const writer = { ...object({ p: one, q: x }, { required: ['p'] }), $defs: { x } }
      const reader = { ...object({ p: other, q: x }), $defs: { x: y } }
      const isSelfish = JSON.stringify([x, y]).includes('$ref')
      if (isSelfish || !covers({ writer, reader }, false)) return
      yes++
      const [isWritten, isRead] = [ajv().compile(declared(writer, 'root') as Json), ajv().compile(reader)]
      for (const each of values) {
        const instance = { p: each }
        if (isWritten(instance)) expect(isRead(instance), JSON.stringify(instance)).toBe(true)
      }
    }),
    { numRuns: 3_000, interruptAfterTimeLimit: 4_000 },
  )
  expect(yes).toBeGreaterThan(5)
})
