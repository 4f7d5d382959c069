/** The matrix: agents of both eras use every feature of upstreams of both eras, over HTTP and stdio, through one URL. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ServedFixture } from '../fixtures/serve-fixture.ts'
import { type StoryGateway, startGateway, until } from '../support/start-gateway.ts'
import { ABSENCES, CELLS, type Cell, ERAS, FEATURES, type Feature } from './cells.ts'
import { FEATURE_STORIES } from './feature-stories.ts'
import { startFullLegacy } from './full-legacy.ts'
import { startFullModern } from './full-modern.ts'
import { connectMatrixAgent, type MatrixAgent } from './matrix-agent.ts'
import { proves } from './proves.ts'

let legacy: ServedFixture
let modern: ServedFixture
let gateway: StoryGateway
const agents = new Map<string, MatrixAgent>()

const idOf = ({ upstream, transport }: Cell) => `${upstream}-${transport}`
const child = (era: string) => ({
  command: [process.execPath, join(import.meta.dirname, `full-${era}.ts`), '--stdio', `${era}-stdio`],
})

beforeAll(async () => {
  ;[legacy, modern] = await Promise.all([startFullLegacy('legacy-http'), startFullModern('modern-http')])
  const asks = { elicitation: true, sampling: true, roots: true }
  const upstreams = {
    'legacy-http': { url: legacy.url, asks },
    'modern-http': { url: modern.url, asks },
    'legacy-stdio': { ...child('legacy'), asks },
    'modern-stdio': { ...child('modern'), asks },
  }
  const unlimited = { perMinute: 0 }
  gateway = await startGateway({ upstreams, limits: { agent: unlimited, write: unlimited, user: unlimited } })
  await gateway.ready(...Object.keys(upstreams))
  for (const era of ERAS) agents.set(era, await connectMatrixAgent(era, `${gateway.url}/mcp`, gateway.key('ops')))
  await until(() => gateway.listening.gateway.streams.size > 0, "the legacy agent's stream is open")
})
afterAll(async () => {
  for (const { client } of agents.values()) await client.close()
  await gateway.close()
  await Promise.all([legacy.close(), modern.close()])
})

it('has upstreams of the eras that it is about', () => {
  const found = [...gateway.listening.gateway.catalog.current.upstreams].map(([id, { identity }]) => [id, identity.era])
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(CELLS.map((cell) => [idOf(cell), cell.upstream])))
})

const isAbsent = (feature: Feature, cell: Cell) =>
  ABSENCES.some((absence) => absence.features.includes(feature) && absence.isOf(cell))

describe.each(CELLS.map((cell) => ({ ...cell, id: idOf(cell) })))('a $agent agent of $id', ({ id, ...cell }) => {
  it.each(FEATURES.filter((feature) => !isAbsent(feature, cell)))('%s', async (feature) => {
    const story = FEATURE_STORIES[feature]
    if (!story) throw new Error(`Cannot prove ${feature}: it has no story`)
    await story({ agent: agents.get(cell.agent) as MatrixAgent, id })
    proves({ ...cell, feature })
  })
})
