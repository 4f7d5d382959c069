/** The committed tool reference says what the definitions say. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { toolReference } from '../src/tool-reference.ts'

it('is current: else run node packages/server-db/cli/write-tool-reference.ts', () => {
  expect(readFileSync(join(import.meta.dirname, '../TOOLS.md'), 'utf8')).toBe(toolReference())
})
