/** docs/openapi.json and docs/admin-api.md say what the routes are. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { ADMIN_DOCS, OPEN_API_FILE, renderAdminDocs, renderOpenApi } from '../scripts/generate-admin-docs.ts'

it('are what `node apps/gateway/scripts/generate-admin-docs.ts` writes', () => {
  expect(JSON.parse(readFileSync(OPEN_API_FILE, 'utf8'))).toEqual(JSON.parse(renderOpenApi()))
  const text = readFileSync(ADMIN_DOCS, 'utf8')
  expect(text).toBe(renderAdminDocs(text))
})
