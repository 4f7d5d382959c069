/** Where the configuration is looked for. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findConfig } from './find-config.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'causeway-find-'))
  mkdirSync(join(root, 'a/b'), { recursive: true })
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

test('the nearest causeway.yaml above', () => {
  writeFileSync(join(root, 'causeway.yaml'), '')
  expect(findConfig(undefined, join(root, 'a/b'))).toBe(join(root, 'causeway.yaml'))
  writeFileSync(join(root, 'a/causeway.yaml'), '')
  expect(findConfig(undefined, join(root, 'a/b'))).toBe(join(root, 'a/causeway.yaml'))
})

test('a named file, from the current folder, and no other in its place', () => {
  writeFileSync(join(root, 'causeway.yaml'), '')
  writeFileSync(join(root, 'a/other.yaml'), '')
  expect(findConfig('other.yaml', join(root, 'a'))).toBe(join(root, 'a/other.yaml'))
  expect(() => findConfig('missing.yaml', root)).toThrow('Cannot read "missing.yaml": no such file')
  expect(() => findConfig(undefined, '/')).toThrow('Cannot find causeway.yaml')
})
