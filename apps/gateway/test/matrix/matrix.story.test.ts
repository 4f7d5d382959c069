/** The matrix: agents of both eras use every feature of upstreams of both eras, over HTTP and stdio, through one URL. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ServedFixture } from '../fixtures/serve-fixture.ts'
import type { RequirementId } from '../requirements.ts'
import { type StoryGateway, startGateway, until } from '../support/start-gateway.ts'
import { verifies } from '../support/verifies.ts'
import { ABSENCES, CELLS, type Cell, ERAS, FEATURES, type Feature, TRANSPORTS } from './cells.ts'
import { FEATURE_STORIES } from './feature-stories.ts'
import { startFullLegacy } from './full-legacy.ts'
import { startFullModern } from './full-modern.ts'
import { startFullSkills } from './full-skills.ts'
import { connectMatrixAgent, type MatrixAgent } from './matrix-agent.ts'
import { proves } from './proves.ts'

const dir = mkdtempSync(join(tmpdir(), 'causeway-matrix-'))
const fixtures: ServedFixture[] = []
let gateway: StoryGateway
const agents = new Map<string, MatrixAgent>()

const SHORT = { http: 'http', stdio: 'stdio', 'own stdio': 'own' } as const
const idOf = ({ upstream, transport }: Pick<Cell, 'upstream' | 'transport'>) => `${upstream}-${SHORT[transport]}`
const UPSTREAMS = ERAS.flatMap((upstream) => TRANSPORTS.map((transport) => ({ upstream, transport })))
const START = { legacy: startFullLegacy, modern: startFullModern }

/** Where an upstream is: a fixture that listens, or the command of a child. */
async function placeOf(script: string, id: string, transport: Cell['transport'], start: typeof startFullLegacy) {
  if (transport !== 'http') {
    const command = [process.execPath, join(import.meta.dirname, `${script}.ts`), '--stdio', join(dir, id), id]
    return { command, perCaller: transport === 'own stdio' }
  }
  const fixture = await start(id)
  fixtures.push(fixture)
  return { url: fixture.url }
}

beforeAll(async () => {
  const upstreams: Record<string, object> = {}
  for (const each of UPSTREAMS) {
    const { upstream, transport } = each
    const id = idOf(each)
    const place = await placeOf(`full-${upstream}`, id, transport, START[upstream])
    upstreams[id] = { ...place, asks: { elicitation: true, sampling: true, roots: true } }
    const skills = await placeOf('full-skills', id, transport, startFullSkills)
    upstreams[`s-${id}`] = { ...skills, era: upstream }
  }
  gateway = await startGateway({ upstreams })
  await gateway.ready(...Object.keys(upstreams))
  for (const era of ERAS) agents.set(era, await connectMatrixAgent(era, `${gateway.url}/mcp`, gateway.key('ops')))
  await until(() => gateway.listening.gateway.streams.size > 0, "the legacy agent's stream is open")
})
afterAll(async () => {
  for (const { client } of agents.values()) await client.close()
  await gateway.close()
  await Promise.all(fixtures.map((each) => each.close()))
  rmSync(dir, { recursive: true, force: true })
})

it('has upstreams of the eras that it is about', () => {
  const found = [...gateway.listening.gateway.catalog.current.upstreams].map(([id, { identity }]) => [id, identity.era])
  const wanted = UPSTREAMS.flatMap((each) => [idOf(each), `s-${idOf(each)}`].map((id) => [id, each.upstream]))
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted))
})

const isAbsent = (feature: Feature, cell: Cell) =>
  ABSENCES.some((absence) => absence.features.includes(feature) && absence.isOf(cell))

const REQUIRED: Partial<Record<Feature, RequirementId>> = {
  cancellation: 'reliability.cancel',
  Tasks: 'protocol.extensions',
  Apps: 'protocol.extensions',
  Skills: 'protocol.extensions',
}
const titleOf = (feature: Feature) => (REQUIRED[feature] ? verifies(REQUIRED[feature], feature) : feature)

describe.each(CELLS.map((cell) => ({ ...cell, id: idOf(cell) })))(
  verifies('protocol.cells', 'a $agent agent of $id'),
  ({ id, ...cell }) => {
    const present = FEATURES.filter((feature) => !isAbsent(feature, cell))
    it.each(present.map((feature) => [titleOf(feature), feature] as const))('%s', async (_title, feature) => {
      await FEATURE_STORIES[feature]({ agent: agents.get(cell.agent) as MatrixAgent, id })
      proves({ ...cell, feature })
    })
  },
)
