/** Documents that were made to hurt are refused with a sentence that says why, quickly and without being followed anywhere. */
import { describe, expect, it } from 'vitest'
import { BUDGETS } from './budgets.ts'
import { compileDocument } from './compile-document.ts'
import { parseDocument } from './parse-document.ts'

const compile = (text: string, budgets = BUDGETS) =>
  compileDocument({ connector: 'evil', name: 'evil', root: parseDocument(text, 'evil', budgets), budgets })

const taking = (schema: unknown, schemas: object = {}) =>
  JSON.stringify({
    openapi: '3.0.0',
    paths: { '/a': { post: { requestBody: { content: { 'application/json': { schema } } } } } },
    components: { schemas },
  })

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })
const properties = (count: number, schema: object) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, schema]))
const chain = (length: number, link: (next: string) => object) =>
  Object.fromEntries(
    Array.from({ length }, (_, i) => [`S${i}`, i + 1 < length ? link(`S${i + 1}`) : { type: 'string' }]),
  )

describe('refused', () => {
  it.each<[string, () => string, string | RegExp]>([
    ['text that is neither JSON nor an object', () => '{"a":', 'it is not JSON'],
    ['a list', () => '[]', 'want an object'],
    ['no OpenAPI document', () => '{"a":1}', 'want OpenAPI 3.0, 3.1 or Swagger 2.0'],
    ['an OpenAPI of the future', () => '{"openapi":"4.0.0"}', 'not "4.0.0"'],
    [
      'a request of 1 GB behind references',
      () =>
        taking(
          ref('S0'),
          chain(10, (next) => ({ properties: properties(10, ref(next)) })),
        ),
      /unfold to \d{10,} values, at most 10000000/,
    ],
    ['a key named __proto__', () => taking({}, { a: 1 }).replace('"a"', '"__proto__"'), 'a key named "__proto__"'],
    ['a reference to another host', () => taking({ $ref: 'https://evil.example/s.json' }), 'outside the document'],
    ['a reference to a file', () => taking({ $ref: '../../etc/passwd#/a' }), 'outside the document'],
    ['a reference to nothing', () => taking(ref('Missing')), 'which does not exist'],
    ['a reference to what every object inherits', () => taking(ref('constructor')), 'which does not exist'],
    ['references in a circle', () => taking(ref('A'), { A: ref('B'), B: ref('A') }), 'nothing but references'],
    ['a schema made of itself', () => taking(ref('A'), { A: { allOf: [ref('A')] } }), 'nothing but itself'],
    [
      '10,000 operations',
      () =>
        JSON.stringify({
          openapi: '3.0.0',
          paths: Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`/${i}`, { get: {} }])),
        }),
      'it has 10000 operations, at most 2500',
    ],
    ['deep nesting', () => `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'deeper than 64 levels'],
    ['deep nesting in YAML', () => `a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`, 'nested too deep'],
    ['a huge enum', () => taking({ enum: Array.from({ length: 6_000 }, (_, i) => i) }), 'it lists 6000 values'],
    [
      'YAML that unfolds',
      () =>
        `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi'].map((name, i) => `${name}: &${name} [${`*${'abcdefgh'[i]},`.repeat(9)}]`).join('\n')}\n`,
      'unfold to too much',
    ],
    ['YAML with a mistake', () => 'openapi: 3.0.0\npaths: [', 'Cannot use evil:2:'],
    ['a path that is none', () => '{"openapi":"3.0.0","paths":{"evil.example/a":{"get":{}}}}', 'a path begins with /'],
    ['too many bytes', () => `{"a":"${'x'.repeat(300)}"}`, 'it has 308 bytes, at most 200'],
  ])('%s', (what, text, reason) => {
    const budgets = what === 'too many bytes' ? { ...BUDGETS, maxBytes: 200 } : BUDGETS
    expect(() => compile(text(), budgets)).toThrow(reason)
  })

  it('a chain of references that no stack holds', () => {
    const text = taking(
      ref('S0'),
      chain(15_000, (next) => ({ properties: { next: ref(next) } })),
    )
    expect(() => compile(text)).toThrow('its references nest too deep')
  })
})

it('circles end: a schema may contain itself, and answers may refer to as much as they like', () => {
  const schemas = {
    ...chain(20, (next) => ({ type: 'object', properties: properties(10, ref(next)) })),
    Tree: { type: 'object', properties: { children: { type: 'array', items: ref('Tree') }, other: ref('Other') } },
    Other: { type: 'object', properties: { tree: ref('Tree') } },
  }
  const root = JSON.parse(taking(ref('Tree'), schemas))
  root.paths['/a'].post.responses = { 200: { content: { 'application/json': { schema: ref('S0') } } } }
  const operation = compile(JSON.stringify(root)).operations.get('post/a')
  expect(Object.keys(operation?.input.$defs as object)).toEqual(['Other', 'Tree'])
  expect(Object.keys(operation?.output?.$defs as object)).toHaveLength(20)
  expect(JSON.stringify(operation).length).toBeLessThan(20_000)
})
