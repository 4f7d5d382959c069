/** The last good lists survive a restart, unless the upstream is another one since or the file is damaged. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createSnapshotFile, type Snapshot } from './snapshot.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'causeway-snapshot-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const text = '{"name":"t", "x":1.0}'
const snapshot: Snapshot = {
  identity: { era: 'legacy', name: 'n', version: '1', capabilities: { tools: {} }, instructions: 'i' },
  lists: { tools: [{ text, value: JSON.parse(text) }], prompts: [], resources: [], templates: [], skills: [] },
}
const open = (url = 'http://a/mcp') => createSnapshotFile(dir, 'up', { url })
const path = () => join(dir, 'catalog/up.json')

it('gives back what was saved, byte for byte', async () => {
  expect(open().load()).toBeUndefined()
  await open().save(snapshot)
  expect(open().load()).toEqual(snapshot)
})

it('is not the snapshot of another address', async () => {
  await open().save(snapshot)
  expect(open('http://b/mcp').load()).toBeUndefined()
})

it('is nothing when it is damaged', async () => {
  await open().save(snapshot)
  for (const damaged of ['', '{', '{}', 'null', readFileSync(path(), 'utf8').slice(0, -5)]) {
    writeFileSync(path(), damaged)
    expect(open().load()).toBeUndefined()
  }
})

it('is for its owner alone, and written only when it changed', async () => {
  const file = open()
  await file.save(snapshot)
  expect(statSync(path()).mode & 0o077).toBe(0)
  writeFileSync(path(), 'marked')
  await file.save(structuredClone(snapshot))
  expect(readFileSync(path(), 'utf8')).toBe('marked')
})
