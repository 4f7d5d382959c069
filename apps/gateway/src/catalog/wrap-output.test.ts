/** A wrapped schema accepts a wrapped value exactly where the schema accepts the value, as a real validator judges. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wrapOutputSchema } from './wrap-output.ts'

type Schema = Record<string, unknown>
const wrap = (schema: Schema) => JSON.parse(wrapOutputSchema(JSON.stringify(schema))) as Schema
const validator = () => new Ajv2020({ strict: false, logger: false, validateFormats: false })
const accepts = (schema: Schema, value: unknown) => validator().compile(structuredClone(schema))(value) === true

const TREE: Schema = {
  type: ['array', 'null'],
  items: { $ref: '#' },
}
const SCHEMAS: [string, Schema][] = [
  ['an array', { type: 'array', items: { type: 'integer' }, minItems: 1 }],
  ['no type at all', { anyOf: [{ type: 'string' }, { type: 'object', required: ['a'] }] }],
  ['a reference to its root', TREE],
  [
    'references into its definitions',
    {
      $ref: '#/$defs/list',
      $defs: { list: { type: 'array', items: { $ref: '#/$defs/item' } }, item: { type: 'integer' } },
    },
  ],
  [
    'properties that are named like keywords',
    {
      type: ['object', 'array'],
      properties: { $ref: { type: 'integer' }, const: { $ref: '#/$defs/n' }, $defs: { type: 'null' } },
      $defs: { n: { type: 'integer' } },
    },
  ],
  ['data that looks like references', { enum: [[{ $ref: '#' }], 1, { $ref: '#/x' }] }],
  ['an identity of its own', { $id: 'https://example.test/s', type: ['array', 'null'], items: { $ref: '#' } }],
  [
    'an identity inside',
    {
      type: 'array',
      items: { $ref: 'https://example.test/tree' },
      $defs: {
        tree: { $id: 'https://example.test/tree', type: ['object', 'integer'], additionalProperties: { $ref: '#' } },
      },
    },
  ],
  ['anchors', { type: 'array', items: { $ref: '#item' }, $defs: { item: { $anchor: 'item', type: 'integer' } } }],
  ['dynamic references', { $dynamicAnchor: 'node', type: ['array', 'integer'], items: { $dynamicRef: '#node' } }],
  [
    'a dialect',
    { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'array', prefixItems: [{ type: 'integer' }] },
  ],
  [
    'conditions',
    JSON.parse(
      '{"if":{"type":"array"},"then":{"items":{"$ref":"#/$defs/n"}},"else":{"const":null},"$defs":{"n":{"type":"integer"}}}',
    ),
  ],
]
const value = fc.oneof(
  // The validator itself fails on objects that hide these methods.
  fc.jsonValue({ maxDepth: 3 }).filter((each) => !/toString|valueOf/.test(JSON.stringify(each))),
  fc.constantFrom<unknown[]>(
    [],
    [1],
    [[1]],
    [[[]]],
    [null],
    ['x'],
    { a: 1 },
    { $ref: '#' },
    { $ref: '#/x' },
    [{ $ref: '#' }],
    null,
    1,
    { $ref: 1, const: 2, $defs: null },
    { $ref: 'x' },
    { const: 'x' },
    [{ a: { b: 1 } }],
    [{ a: { b: 'x' } }],
  ),
)

describe.each(SCHEMAS)('a schema with %s', (_name, schema) => {
  it('judges wrapped values as it judges them bare', () => {
    const wrapped = wrap(schema)
    expect(wrapped).toMatchObject({ type: 'object', required: ['result'] })
    const [bare, inner] = [validator().compile(structuredClone(schema)), validator().compile(wrapped)]
    fc.assert(
      fc.property(value, (each) => {
        expect(inner({ result: each })).toBe(bare(each))
      }),
    )
  })
})

it('demands the wrapping', () => {
  const wrapped = wrap({ type: 'array' })
  expect([accepts(wrapped, []), accepts(wrapped, {}), accepts(wrapped, { result: [] })]).toEqual([false, false, true])
})

it('keeps every byte but the pointers', () => {
  const inner = '"type" : "array", "items":{"$ref":"#item","const":1.0,"x":[ -0,12345678901234567890 ],"9":1,"1":2}'
  expect(wrapOutputSchema(`{"$schema":"a\\/b",${inner}}`)).toBe(
    `{"$schema":"a\\/b","type":"object","properties":{"result":{${inner}}},"required":["result"]}`,
  )
})
