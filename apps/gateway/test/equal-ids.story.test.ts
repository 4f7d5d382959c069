/** Calls of many clients at once, all under the same id and progress token, each get their own answer and their own progress, over every transport. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ServedFixture } from './fixtures/serve-fixture.ts'
import { startFullLegacy } from './matrix/full-legacy.ts'
import { startFullModern } from './matrix/full-modern.ts'
import { post, postModern } from './support/clients.ts'
import { type StoryGateway, startGateway } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

const CALLS = 24
const dir = mkdtempSync(join(tmpdir(), 'causeway-equal-'))
const child = (era: string, id: string) => ({
  command: [process.execPath, join(import.meta.dirname, `matrix/full-${era}.ts`), '--stdio', join(dir, id), id],
})
let fixtures: ServedFixture[]
let gateway: StoryGateway
let keys: string[]

beforeAll(async () => {
  fixtures = await Promise.all([startFullLegacy('old'), startFullModern('new')])
  const [old, fresh] = fixtures.map(({ url }) => ({ url, concurrency: CALLS }))
  const upstreams = {
    old,
    new: fresh,
    'old-pipe': child('legacy', 'old-pipe'),
    'new-pipe': child('modern', 'new-pipe'),
  }
  gateway = await startGateway({ upstreams, agents: { ops: { roles: ['operator'] }, other: { roles: ['operator'] } } })
  keys = [gateway.key('ops'), gateway.key('other')]
  await gateway.ready(...Object.keys(upstreams))
})
afterAll(async () => {
  await gateway.close()
  await Promise.all(fixtures.map((each) => each.close()))
  rmSync(dir, { recursive: true, force: true })
})

it.each(['old', 'new', 'old-pipe', 'new-pipe'])(verifies('integrity.isolation', 'at the upstream "%s"'), async (id) => {
  const answers = await Promise.all(
    Array.from({ length: CALLS }, async (_, index) => {
      const params = { name: `${id}__echo`, arguments: { message: `of ${index}` } }
      const key = keys[index % 2]
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
      const isModern = index % 3 === 0
      const { json } = await (isModern
        ? postModern(`${gateway.url}/mcp`, key, 'tools/call', params)
        : post(`${gateway.url}/mcp`, key, body))
      return [json?.id, (json?.result?.content as { text: string }[] | undefined)?.[0]?.text]
    }),
  )
  expect(answers).toEqual(answers.map((_, index) => [1, `of ${index}`]))
})

it.each(['old', 'new', 'old-pipe', 'new-pipe'])(
  verifies('integrity.isolation', 'with equal progress tokens at the upstream "%s"'),
  async (id) => {
    const streams = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const _meta = { progressToken: 'same' }
        const { text } = await postModern(`${gateway.url}/mcp`, keys[index % 2], 'tools/call', {
          name: `${id}__work`,
          arguments: {},
          _meta,
        })
        return [...text.matchAll(/"progress":(\d)/g)].map(([, progress]) => Number(progress))
      }),
    )
    expect(streams).toEqual(streams.map(() => [1, 2, 3]))
  },
)
