/** `causeway audit`: what cannot be read is not found good, and what cannot be is not looked for. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type CliFixture, createCliFixture } from './cli-fixture.ts'

let cli: CliFixture
beforeEach(() => {
  cli = createCliFixture('version: 1\nupstreams: {}\n')
  writeFileSync(join(cli.folder, 'keys'), 'null\n{"kid":"a"}\n')
})
afterEach(() => cli.remove())

test.each([
  ['--records', 'nowhere'],
  ['--records', 'causeway.yaml'],
  ['--checkpoints', 'nowhere'],
  ['--checkpoints', 'causeway.yaml'],
])('%s %s is refused', async (flag, path) => {
  const refused = await cli.run(['audit', 'verify', flag, path, '--json'])
  expect([refused.code, refused.json().error.code]).toEqual([1, 'folder_unknown'])
})

test('lines that hold no key are left out', async () => {
  expect((await cli.run(['audit', 'verify', '--keys', 'keys', '--json'])).json()).toMatchObject({ ok: true })
})

test.each(['--kind', '--decision'])('export %s refuses what no record has', async (flag) => {
  const refused = await cli.run(['audit', 'export', flag, 'bogus', '--json'])
  expect([refused.code, refused.json().error.code]).toEqual([1, 'usage'])
})
