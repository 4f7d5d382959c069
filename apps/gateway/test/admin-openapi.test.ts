/** The description of the admin API is valid OpenAPI 3.1 by a validator of others. */
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, it } from 'vitest'
import { openApiDocument } from '../src/admin/open-api.ts'
import { ROUTES } from '../src/admin/routes.ts'

it('is valid', async () => {
  const validator = new Validator()
  const { valid, errors } = await validator.validate(structuredClone(openApiDocument(ROUTES)))
  expect(errors).toBeUndefined()
  expect(valid).toBe(true)
  expect(validator.version).toBe('3.1')
})

it('names every route once', () => {
  expect(new Set(ROUTES.map(({ id }) => id)).size).toBe(ROUTES.length)
  expect(new Set(ROUTES.map(({ method, path }) => `${method} ${path}`)).size).toBe(ROUTES.length)
})
