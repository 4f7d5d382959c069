/** Writes docs/openapi.json and the table of routes in docs/admin-api.md from the routes; run it after they have changed. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { openApiDocument } from '../src/admin/open-api.ts'
import { ROUTES } from '../src/admin/routes.ts'

/** Where the documents stand. */
export const OPEN_API_FILE = fileURLToPath(new URL('../../../docs/openapi.json', import.meta.url))
/** The text for people. */
export const ADMIN_DOCS = fileURLToPath(new URL('../../../docs/admin-api.md', import.meta.url))

const MARK = '<!-- Generated from apps/gateway/src/admin/routes by apps/gateway/scripts/generate-admin-docs.ts. -->'
const ACCESS = { open: 'everybody', read: 'any admin', own: 'any admin', write: 'not read-only' }

/** The description as the file has it. */
export function renderOpenApi(): string {
  return `${JSON.stringify(openApiDocument(ROUTES))}\n`
}

/** The text with its table as it has to be. */
export function renderAdminDocs(text: string): string {
  const rows = ROUTES.map(
    ({ method, path, summary, access, match }) =>
      `| \`${method} ${path}\` | ${summary} | ${ACCESS[access]} | ${match ? 'yes' : ''} |`,
  )
  const table = ['| Route | What it does | For | If-Match |', '|---|---|---|---|', ...rows].join('\n')
  return `${text.split(MARK, 1)[0]}${MARK}\n\n${table}\n`
}

if (import.meta.main) {
  writeFileSync(OPEN_API_FILE, renderOpenApi())
  writeFileSync(ADMIN_DOCS, renderAdminDocs(readFileSync(ADMIN_DOCS, 'utf8')))
}
