/** What `causeway stdio` refuses before it touches its pipes. */
import { afterAll, expect, it } from 'vitest'
import { createCliFixture } from './cli-fixture.ts'

const cli = createCliFixture('version: 1\nagents:\n  ops: { roles: [operator] }\n  other: { roles: [operator] }\n')
afterAll(() => cli.remove())

it.each([
  [['--as', 'nobody'], 'Cannot find agent "nobody"'],
  [[], 'Cannot choose an agent to act as'],
  [['--as', 'ops', '--url', 'http://127.0.0.1:1'], 'Cannot use --as together with --url'],
  [['--url', 'ftp://example.com'], 'Cannot use --url "ftp://example.com"'],
  [['--url', 'https://user@example.com'], 'Cannot use --url "https://user@example.com"'],
  [['--url', 'here'], 'Cannot use --url "here"'],
])('%j', async (args, message) => {
  const { code, stdout, stderr } = await cli.run(['stdio', ...args])
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toContain(message)
})
