/** Tables of a run find their places in the document. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { writeDocs } from './write-docs.ts'

function document(text: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-docs-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  writeFileSync(join(dir, 'page.md'), text)
  return join(dir, 'page.md')
}

test('What was measured replaces what stands between its marks, and nothing else changes', () => {
  const file = document(
    'a\n<!-- bench:calls -->\nold\n<!-- /bench:calls -->\nb\n<!-- bench:rest --><!-- /bench:rest -->\n',
  )
  writeDocs(file, { calls: '| new |' })
  expect(readFileSync(file, 'utf8')).toBe(
    'a\n<!-- bench:calls -->\n| new |\n<!-- /bench:calls -->\nb\n<!-- bench:rest --><!-- /bench:rest -->\n',
  )
})

test('A document without the marks is left alone', () => {
  const file = document('nothing here')
  expect(() => writeDocs(file, { calls: '| new |' })).toThrow('its marks are missing')
  expect(readFileSync(file, 'utf8')).toBe('nothing here')
})
