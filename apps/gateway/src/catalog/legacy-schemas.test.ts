/** Legacy clients are told of a tool's schemas only what differs. */
import { expect, it } from 'vitest'
import { isBareOutput, legacySchemas } from './legacy-schemas.ts'

const schemas = (value: Record<string, unknown>) => legacySchemas(JSON.stringify(value), value)

const object = { type: 'object', properties: { a: { type: 'string' } } }

it('changes nothing about tools that legacy clients can read', () => {
  expect(schemas({ inputSchema: object })).toEqual({})
  expect(schemas({ inputSchema: object, outputSchema: object })).toEqual({})
})

it('wraps outputs that are no objects', () => {
  expect([isBareOutput(undefined), isBareOutput(object), isBareOutput({}), isBareOutput({ type: ['object'] })]).toEqual(
    [false, false, true, true],
  )
  const { outputSchema, inputSchema } = schemas({ inputSchema: object, outputSchema: { anyOf: [object] } })
  expect(inputSchema).toBeUndefined()
  expect(JSON.parse(outputSchema as string)).toEqual({
    type: 'object',
    properties: { result: { anyOf: [object] } },
    required: ['result'],
  })
})

it('spells boolean properties out', () => {
  const changes = schemas({
    inputSchema: { type: 'object', properties: { a: true, b: false, c: { properties: { d: true } } } },
    outputSchema: { type: 'object', properties: { a: true } },
  })
  expect(JSON.parse(changes.inputSchema as string).properties).toEqual({
    a: {},
    b: { not: {} },
    c: { properties: { d: true } },
  })
  expect(JSON.parse(changes.outputSchema as string).properties).toEqual({ a: {} })
  const text = '{"inputSchema":{ "properties":{"9":true, "1":{"default":1.0}},"x":-0}}'
  expect(legacySchemas(text, JSON.parse(text)).inputSchema).toBe('{ "properties":{"9":{}, "1":{"default":1.0}},"x":-0}')
})
