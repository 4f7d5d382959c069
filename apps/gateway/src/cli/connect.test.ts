/** What connects a client is printed for this gateway's URL, and never with a key in it. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CONNECTIONS } from '../connect/connections.ts'
import { type CliFixture, createCliFixture } from './cli-fixture.ts'

const CONFIGURATION = 'version: 1\nlisten: { port: 9999 }\nupstreams: {}\n'

let cli: CliFixture

beforeEach(() => {
  cli = createCliFixture(CONFIGURATION)
})
afterEach(() => cli.remove())

test('the line alone goes to stdout, and where it goes beside it', async () => {
  const { code, stdout, stderr } = await cli.run(['connect', 'claude-code'])
  expect([code, stdout]).toEqual([
    0,
    'claude mcp add --transport http causeway http://127.0.0.1:9999/mcp --header "Authorization: Bearer $CAUSEWAY_KEY"\n',
  ])
  expect(stderr).toContain('for Claude Code, goes into a terminal')
})

test.each(CONNECTIONS.map(({ id }) => id))('%s gets the URL, and JSON is JSON', async (id) => {
  const { data } = (await cli.run(['connect', id, '--json'])).json()
  expect(data.text).toContain('http://127.0.0.1:9999/mcp')
  expect(data.text).toMatch(/CAUSEWAY_KEY|cwy_live_…/)
  if (data.language === 'json') expect(JSON.parse(data.text)).toBeTypeOf('object')
})

test('the public URL is what clients are given', async () => {
  cli.remove()
  cli = createCliFixture(`${CONFIGURATION}publicUrl: https://gw.example\n`)
  expect((await cli.run(['connect', 'cursor'])).stdout).toContain('"https://gw.example/mcp"')
})

test('without a client all are listed, and an unknown one is refused', async () => {
  const { stdout } = await cli.run(['connect'])
  expect(CONNECTIONS.filter(({ id }) => !stdout.includes(id))).toEqual([])
  const refused = await cli.run(['connect', 'claud-code', '--json'])
  expect([refused.code, refused.json().error]).toEqual([
    1,
    { code: 'client_unknown', message: expect.any(String), hint: 'Did you mean "claude-code"?' },
  ])
})
