/** `causeway keys`: which there are, and how new ones take over. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type CliFixture, createCliFixture } from './cli-fixture.ts'

let cli: CliFixture
beforeEach(() => {
  cli = createCliFixture('version: 1\nupstreams: {}\nagents: {}\n')
})
afterEach(() => cli.remove())

test('rotate makes one of each kind, which signs a little later; the ones before count on', async () => {
  expect((await cli.run(['keys', 'ls', '--json'])).json().data).toEqual([])
  const [first, second] = [await cli.run(['keys', 'rotate', '--json']), await cli.run(['keys', 'rotate', '--json'])]
  const [signing, sealing] = second.json().data
  expect([signing, sealing]).toMatchObject([
    { use: 'signing', until: null },
    { use: 'sealing', until: null },
  ])
  expect(Date.parse(signing.from) - Date.parse(signing.created)).toBe(5_000)
  const listed = (await cli.run(['keys', 'ls', '--json'])).json().data as { id: string; until: string | null }[]
  const before = first.json().data.map((key: { id: string }) => key.id)
  expect(listed.filter(({ id }) => before.includes(id)).map(({ until }) => until)).not.toContain(null)
  expect(listed.map(({ id }) => id)).toEqual(expect.arrayContaining([...before, signing.id, sealing.id]))
  const { stdout } = await cli.run(['keys', 'ls'])
  expect(stdout).toMatch(/^USE +ID +FROM \(UTC\) +UNTIL\n/)
  expect(stdout).not.toMatch(/"d"|secret/)
})
