/** The published JSON Schema is the one that the gateway checks with; `vitest run <this file> -u` writes it anew. */
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { jsonSchemaOfConfig, printSchema } from './json-schema.ts'

it('is current in causeway.schema.json', async () => {
  await expect(printSchema()).toMatchFileSnapshot(join(import.meta.dirname, '../../causeway.schema.json'))
})

it('describes what people write, not what comes out', () => {
  const upstream = jsonSchemaOfConfig().properties?.upstreams?.additionalProperties
  expect(upstream).toMatchObject({
    additionalProperties: false,
    oneOf: [{ required: ['run'] }, { required: ['url'] }, { required: ['command'] }],
    properties: { timeout: { type: 'string', default: '30s' }, headers: { additionalProperties: { type: 'string' } } },
  })
})

it('requires nothing but the version', () => {
  expect(jsonSchemaOfConfig().required).toEqual(['version'])
})
