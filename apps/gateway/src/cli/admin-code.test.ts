/** `causeway admin`: under which names an admin may act. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type CliFixture, createCliFixture } from './cli-fixture.ts'

let cli: CliFixture
beforeEach(() => {
  cli = createCliFixture('version: 1\nupstreams: {}\n')
})
afterEach(() => cli.remove())

test.each(['code', 'token'])('%s refuses a name that could not be read in a record', async (command) => {
  for (const name of ['', 'a b', '\u001b[2J', '../x', 'a'.repeat(65)]) {
    const refused = await cli.run(['admin', command, '--name', name, '--json'])
    expect([refused.code, refused.json().error.code]).toEqual([1, 'usage'])
  }
  expect((await cli.run(['admin', command, '--name', 'alice@desk', '--json'])).json().ok).toBe(true)
})
