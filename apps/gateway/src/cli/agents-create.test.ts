/** `causeway agents create`: whose roles are the file's, and whose the store's. */
import { afterEach, expect, test } from 'vitest'
import { type CliFixture, createCliFixture } from './cli-fixture.ts'

let cli: CliFixture
afterEach(() => cli.remove())

test('limits in the file leave the agent and its roles to the store', async () => {
  cli = createCliFixture('version: 1\nupstreams: {}\nagents: { "*": { limits: { perMinute: 9 } } }\n')
  const created = await cli.run(['agents', 'create', 'bot', '--role', 'operator', '--json'])
  expect(created.json()).toMatchObject({ ok: true, data: { agent: 'bot' } })
  const { data } = (await cli.run(['agents', 'ls', '--json'])).json()
  expect(data).toMatchObject([{ agent: 'bot', source: 'store', roles: ['operator'] }])
  const unknown = await cli.run(['agents', 'rotate', 'nobody', '--json'])
  expect([unknown.code, unknown.json().error.code]).toEqual([1, 'agent_unknown'])
})

test('roles in the file are the file’s', async () => {
  cli = createCliFixture('version: 1\nupstreams: {}\nagents: { "b*": { roles: [support] } }\n')
  const refused = await cli.run(['agents', 'create', 'bot', '--role', 'operator', '--json'])
  expect([refused.code, refused.json().error.code]).toEqual([1, 'managed_by_file'])
})
