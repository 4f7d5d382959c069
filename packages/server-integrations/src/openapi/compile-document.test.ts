/** What a document says arrives in the compiled operation, whichever version of OpenAPI it is written in. */
import { describe, expect, it } from 'vitest'
import { compileDocument } from './compile-document.ts'
import type { JsonRecord } from './json.ts'
import type { Operation } from './operation.ts'
import { readOverlay } from './read-overlay.ts'

const compile = (root: JsonRecord, overlay?: string) =>
  compileDocument({
    connector: 'shop',
    name: 'shop.json',
    root,
    ...(overlay === undefined ? {} : { overlay: readOverlay(overlay, 'shop.yaml') }),
  })

const operation = (schema: object, more: object = {}) => ({
  openapi: '3.0.3',
  info: { title: 'Shop', version: '7' },
  servers: [{ url: 'https://{region}.shop.example/v1', variables: { region: { default: 'eu' } } }],
  paths: {
    '/things/{id}': {
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
      post: {
        operationId: 'makeThing',
        summary: 'Makes <b>a</b> thing',
        requestBody: { required: true, content: { 'application/json': { schema } } },
        responses: { 200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } } },
      },
    },
  },
  components: {
    schemas: {
      Thing: { type: 'object', properties: { id: { type: 'string' }, parent: { $ref: '#/components/schemas/Thing' } } },
      Unused: { type: 'string' },
    },
  },
  ...more,
})

const bodyOf = (schema: object, more: object = {}) => {
  const made = compile(operation(schema, more)).operations.get('makeThing') as Operation
  return (made.input.properties as { body: unknown }).body
}

describe('schemas of OpenAPI 3.0', () => {
  it.each([
    [{ type: 'string', nullable: true }, { type: ['string', 'null'] }],
    [
      { type: 'string', enum: ['a'], nullable: true },
      { type: ['string', 'null'], enum: ['a', null] },
    ],
    [{ $ref: '#/components/schemas/Thing', nullable: true }, { anyOf: [{ $ref: '#/$defs/Thing' }, { type: 'null' }] }],
    [{ allOf: [{ type: 'object' }], nullable: true }, { anyOf: [{ allOf: [{ type: 'object' }] }, { type: 'null' }] }],
    [
      { type: 'number', minimum: 0, exclusiveMinimum: true },
      { type: 'number', exclusiveMinimum: 0 },
    ],
    [
      { type: 'number', maximum: 9, exclusiveMaximum: false },
      { type: 'number', maximum: 9 },
    ],
    [
      { type: 'string', example: 'x', xml: {}, externalDocs: {}, 'x-own': 1 },
      { type: 'string', examples: ['x'] },
    ],
    [{ $ref: '#/components/schemas/Thing', description: 'ignored beside a reference' }, { $ref: '#/$defs/Thing' }],
    [
      { type: 'array', items: [{ type: 'string' }] },
      { type: 'array', prefixItems: [{ type: 'string' }] },
    ],
    [{ type: 'any' }, {}],
  ])('%j becomes %j', (written, expected) => {
    expect(bodyOf(written)).toEqual(expected)
  })

  it('asks for nothing that can only come back, and promises nothing that can only be sent', () => {
    const schema = {
      type: 'object',
      required: ['id', 'name', 'secret'],
      properties: { id: { readOnly: true }, name: {}, secret: { writeOnly: true } },
    }
    const more = { components: { schemas: { Thing: schema } } }
    expect(bodyOf({ $ref: '#/components/schemas/Thing' }, more)).toEqual({ $ref: '#/$defs/Thing' })
    const made = compile(operation({ $ref: '#/components/schemas/Thing' }, more)).operations.get('makeThing')
    expect(made?.input.$defs).toMatchObject({ Thing: { required: ['name', 'secret'] } })
    expect(made?.output?.$defs).toMatchObject({ Thing: { required: ['id', 'name'] } })
  })

  it('keeps references, with the definitions that are needed and no others', () => {
    const made = compile(operation({ type: 'object' })).operations.get('makeThing')
    expect(made?.output).toEqual({
      $ref: '#/$defs/Thing',
      $defs: { Thing: { type: 'object', properties: { id: { type: 'string' }, parent: { $ref: '#/$defs/Thing' } } } },
    })
    expect(made?.input.$defs).toBeUndefined()
    expect(made).toMatchObject({ method: 'POST', effect: 'write', title: 'Makes a thing', path: '/things/{id}' })
  })

  it('leaves out patterns that are no regular expressions or take more than linear time, and says so', () => {
    for (const pattern of ['(', '(a+)+\\1', '(?=a)b', 'a'.repeat(2_000)]) {
      const api = compile(operation({ type: 'string', pattern }))
      expect(api.warnings).toHaveLength(1)
      expect(JSON.stringify([...api.operations.values()])).not.toContain('"pattern"')
    }
    expect(bodyOf({ type: 'string', pattern: '^(a+)+$' })).toEqual({ type: 'string', pattern: '^(a+)+$' })
  })
})

it('reads the schemas of OpenAPI 3.1 as they are', () => {
  const schema = { $ref: '#/components/schemas/Thing', description: 'stays beside a reference' }
  expect(bodyOf(schema, { openapi: '3.1.0' })).toEqual({
    $ref: '#/$defs/Thing',
    description: 'stays beside a reference',
  })
  const other = { type: ['string', 'null'], exclusiveMinimum: 3, const: 'x', examples: ['x'] }
  expect(bodyOf(other, { openapi: '3.1.0' })).toEqual(other)
})

it('reads Swagger 2.0: bodies and forms among the parameters, definitions, host and base path', () => {
  const api = compile({
    swagger: '2.0',
    info: { title: 'Old' },
    host: 'old.example',
    basePath: '/api',
    schemes: ['http', 'https'],
    consumes: ['application/x-www-form-urlencoded', 'application/json'],
    definitions: { Item: { type: 'object', properties: { note: { type: 'string', 'x-nullable': true } } } },
    paths: {
      '/chat.post': {
        post: {
          operationId: 'chat_post',
          parameters: [
            { name: 'token', in: 'header', type: 'string', required: true },
            { name: 'text', in: 'formData', type: 'string', required: true },
            { name: 'tags', in: 'formData', type: 'array', items: { type: 'string' }, collectionFormat: 'multi' },
            { name: 'file', in: 'formData', type: 'file' },
          ],
          responses: { 200: { schema: { $ref: '#/definitions/Item' } } },
        },
      },
      '/items': {
        put: { parameters: [{ name: 'item', in: 'body', required: true, schema: { $ref: '#/definitions/Item' } }] },
        get: { parameters: [{ name: 'ids', in: 'query', type: 'array', items: { type: 'integer' } }] },
      },
    },
  })
  expect(api.baseUrl).toBe('https://old.example/api')
  expect([...api.operations.keys()]).toEqual(['chat_post', 'get/items', 'put/items'])
  const post = api.operations.get('chat_post')
  expect(post?.body).toMatchObject({ kind: 'multipart', fields: { tags: { style: 'form', explode: true } } })
  expect(post?.input).toMatchObject({ required: ['token', 'body'], properties: { body: { required: ['text'] } } })
  expect(post?.output?.$defs).toMatchObject({ Item: { properties: { note: { type: ['string', 'null'] } } } })
  expect(api.operations.get('put/items')?.body?.kind).toBe('json')
  expect(api.operations.get('get/items')?.parameters).toMatchObject([{ name: 'ids', style: 'form', explode: false }])
})

it('lets no argument speak for the connection, and none take the place of another', () => {
  const parameter = (name: string, place: string) => ({ name, in: place, required: place === 'path', schema: {} })
  const api = compile({
    openapi: '3.0.0',
    paths: {
      '/a/{id}': {
        get: {
          operationId: 'a',
          parameters: [
            ...['Authorization', 'Host', 'content-length', 'Cookie', 'X-Forwarded-For'].map((name) =>
              parameter(name, 'header'),
            ),
            parameter('session', 'cookie'),
            parameter('id', 'path'),
            parameter('id', 'query'),
            parameter('body', 'query'),
            parameter('X-Tenant', 'header'),
          ],
        },
      },
      '/b/{missing}': { get: { operationId: 'b' } },
      '/c': { get: { operationId: 'c', parameters: [{ ...parameter('s', 'cookie'), required: true }] } },
    },
  })
  expect(Object.keys(api.operations.get('a')?.input.properties as object)).toEqual([
    'id',
    'id_in_query',
    'body_in_query',
    'X-Tenant',
  ])
  expect([...api.operations.keys()]).toEqual(['a'])
  expect(api.warnings.map(({ problem }) => problem)).toEqual([
    'it is left out, because no parameter fills {missing} of its path',
    'it is left out, because it needs the cookie "s"',
  ])
})

describe('an overlay', () => {
  const document = operation({ type: 'object', properties: { a: {}, b: {} }, required: ['a', 'b'] })

  it('renames, describes, hides, projects, pages, scopes and judges', () => {
    const { operations, title, baseUrl } = compile(
      document,
      `
title: The Shop
baseUrl: https://api.shop.example
include: ["make*"]
scope: [shop.use]
operations:
  makeThing:
    rename: make_thing
    describe: Makes one.
    hide: [b]
    project: [parent.id]
    scope: [shop.make]
    risk: destroy
    promote: true
    paginate: { style: page, param: id }
`,
    )
    expect([title, baseUrl]).toEqual(['The Shop', 'https://api.shop.example'])
    expect(operations.get('make_thing')).toMatchObject({
      description: 'Makes one.',
      effect: 'destroy',
      scopes: ['shop.use', 'shop.make'],
      isPromoted: true,
      paginate: { style: 'page', param: 'id', first: 1 },
      input: { properties: { body: { properties: { a: {} }, required: ['a'] } } },
      output: {
        type: 'object',
        properties: { parent: { type: 'object', properties: { id: { type: 'string' } } } },
      },
    })
  })

  it.each([
    [
      'operations:\n  makeThing:\n    risky: yes',
      'shop.yaml:3:5 operations.makeThing.risky: Unrecognized key: "risky"',
    ],
    ['operations:\n  makeThing:\n    risk: some', 'shop.yaml:3:5 operations.makeThing.risk: Invalid option'],
    ['title: 3', 'shop.yaml:1:1 title: Invalid input'],
    ['title: [', 'shop.yaml:1:'],
    ['title: a\ntitle: b', 'shop.yaml:2:1'],
    ['operations: { other: {} }', 'shop.yaml:1:15 operations.other: the document has no operation "other"'],
    ['include:\n  - makeThing\n  - del*', 'shop.yaml:3:5: no operation of the document is called "del*"'],
  ])('%j is refused with its place', (overlay, message) => {
    expect(() => compile(document, overlay)).toThrow(`Cannot use ${message}`)
  })
})
