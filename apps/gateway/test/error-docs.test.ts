/** docs/errors.md says what the table of failures says. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { ERROR_DOCS, renderErrorDocs } from '../scripts/generate-error-docs.ts'
import { FAILURES } from '../src/failures.ts'

it('is what `node apps/gateway/scripts/generate-error-docs.ts` writes', () => {
  expect(readFileSync(ERROR_DOCS, 'utf8')).toBe(renderErrorDocs())
})

it('has each failure once, with its hint', () => {
  const rows = renderErrorDocs()
    .split('\n')
    .filter((line) => line.startsWith('| `'))
  const codes = rows.map((row) => /^\| `(\w+)`/.exec(row)?.[1])
  expect(codes.sort()).toEqual(Object.keys(FAILURES).sort())
  for (const [code, { hint }] of Object.entries(FAILURES))
    expect(rows.find((row) => row.startsWith(`| \`${code}\``))).toContain(hint.replaceAll('<', '&lt;'))
})
