/** The official suite finds through the gateway what it finds at the upstream itself, and a good client in it; `npm run conformance` runs all. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { coversScenario, leftOutBy, readBaseline, type Way } from '../conformance/baseline.ts'
import { startFixture } from '../conformance/fixture/start-fixture.ts'
import { isBad, judge } from '../conformance/judge.ts'
import { type OpenTarget, openTarget, TARGETS } from '../conformance/open-target.ts'
import { type Check, type Checks, runOneByOne } from '../conformance/run-suite.ts'
import { clientScenariosOf, REVISIONS, type Scenario, scenariosOf } from '../conformance/scenarios.ts'
import { runClientScenarios } from '../conformance/upstream-side/run-client-scenarios.ts'
import { SCRIPTS } from '../conformance/upstream-side/scenario-scripts.ts'
import { connectV1, connectV2 } from './support/clients.ts'
import { verifies } from './support/verifies.ts'

const of = (revision: '2025-11-25' | '2026-07-28', name: string): Scenario => {
  const found = [...scenariosOf(revision), ...clientScenariosOf(revision)].find((scenario) => scenario.name === name)
  if (!found) throw new Error(`The suite has no scenario ${name} on ${revision}`)
  return found
}

describe('through /s/fixture/mcp, and through /mcp beside another upstream', () => {
  const scenarios = [
    of('2025-11-25', 'tools-call-elicitation'),
    of('2026-07-28', 'input-required-result-multi-round'),
    of('2026-07-28', 'http-custom-header-server-validation'),
  ]
  let open: OpenTarget[]
  beforeAll(async () => {
    open = await Promise.all(TARGETS.map((target) => openTarget(target)))
  })
  afterAll(() => Promise.all(open.map((each) => each.close())))

  it(verifies('protocol.conformance', 'passes the checks that pass directly'), async () => {
    const [expected, ...routes] = await Promise.all(open.map(({ url }) => runOneByOne(url, scenarios)))
    const statuses = (checks?: Checks) =>
      [...(checks ?? [])].map(([name, each]) => [name, each.map(({ id, status }) => `${id} ${status}`)])
    expect(statuses(expected).flat(2).join('\n')).not.toContain('FAILURE')
    expect(statuses(expected)).toHaveLength(scenarios.length)
    expect(routes.map(statuses)).toEqual([statuses(expected), statuses(expected)])
  }, 60_000)
})

it('the fixture keeps its names while its lists change, for clients of both eras', async () => {
  const fixture = await startFixture()
  for (const client of [await connectV1(fixture.url, ''), await connectV2(fixture.url, '')]) {
    const listed = async () => [(await client.listTools()).tools, (await client.listPrompts()).prompts].flat()
    const before = await listed()
    for (const name of ['test_trigger_tool_change', 'test_trigger_prompt_change']) await client.callTool({ name })
    const after = await listed()
    const changed = after.filter((each, i) => each.description !== before[i]?.description)
    expect(after.map(({ name }) => name)).toEqual(before.map(({ name }) => name))
    expect(changed.map(({ name }) => name)).toEqual(['test_dynamic_tool', 'test_dynamic_prompt'])
    await client.close()
  }
  await fixture.close()
})

describe('as the client of the suite', () => {
  it.each([
    ['legacy-agent', '2026-07-28', 'sep-2322-client-request-state'],
    ['modern-agent', '2025-11-25', 'elicitation-sep1034-client-defaults'],
    ['modern-agent', '2026-07-28', 'auth/client-credentials-jwt'],
    ['legacy-agent', '2025-11-25', 'auth/client-credentials-basic'],
  ] as const)('passes with a %s, on %s, %s', async (agent, revision, name) => {
    const checks = (await runClientScenarios(agent, [of(revision, name)])).get(name) ?? []
    const judged = checks.filter(({ status }) => status !== 'INFO')
    expect(judged.length).toBeGreaterThanOrEqual(5)
    expect(judged.filter(({ status }) => status !== 'SUCCESS')).toEqual([])
  })

  it('has a script for every scenario that the baseline does not leave out', () => {
    const baseline = readBaseline('auto')
    const run = REVISIONS.flatMap(clientScenariosOf).filter((scenario) => !leftOutBy(baseline, scenario))
    expect(run.filter(({ name }) => !SCRIPTS[name])).toEqual([])
    expect(run).toHaveLength(17)
  })
})

describe('the baseline', () => {
  it.each(['auto', 'legacy'] as const)('names no scenario that the suite does not have (%s)', (era) => {
    const scenarios = REVISIONS.flatMap((revision) => [...scenariosOf(revision), ...clientScenariosOf(revision)])
    const unknown = readBaseline(era).filter(
      (entry) => !scenarios.some(({ name, revision }) => coversScenario(entry, { revision, scenario: name })),
    )
    expect(unknown).toEqual([])
  })
})

describe('what must pass', () => {
  it.each([
    ['2025-11-25', 30],
    ['2026-07-28', 39],
  ] as const)('%s requires %i scenarios, the two of the headers among them', (revision, count) => {
    expect(scenariosOf(revision).filter(({ isRequired }) => isRequired)).toHaveLength(count)
  })
})

describe('the judgement', () => {
  const scenario = of('2026-07-28', 'tools-list')
  const check = (status: Check['status'], id = 'tools-list'): Check => ({ id, name: 'ToolsList', status })
  const runs = (direct: Check[], s: Check[]) =>
    new Map([
      ['direct' as const, new Map([[scenario.revision, new Map([[scenario.name, direct]])]])],
      ['s' as const, new Map([[scenario.revision, new Map([[scenario.name, s]])]])],
    ])
  const ofAgent = (...found: Check[]) =>
    new Map<Way, Map<typeof scenario.revision, Checks>>([
      ['modern-agent', new Map([[scenario.revision, new Map([[scenario.name, found]])]])],
    ])
  const bad = (direct: Check[], s: Check[], entries = readBaseline('auto')) =>
    judge(runs(direct, s), [scenario], entries)
      .outcomes.filter(isBad)
      .map(({ target }) => target)

  it('fails a route that differs, and a required scenario that fails directly', () => {
    expect(bad([check('SUCCESS')], [check('SUCCESS'), check('INFO', 'note')])).toEqual([])
    expect(bad([check('SUCCESS')], [check('FAILURE')])).toEqual(['s'])
    expect(bad([check('SUCCESS')], [])).toEqual(['s'])
    expect(bad([check('FAILURE')], [check('FAILURE')])).toEqual(['direct'])
  })

  it('fails the client side on a failure, on what is only recommended, and on nothing at all', () => {
    const isFine = (...found: Check[]) => !judge(ofAgent(...found), [scenario], []).outcomes.some(isBad)
    expect(isFine(check('SUCCESS'), check('SKIPPED', 'other'))).toBe(true)
    expect(isFine(check('SUCCESS'), check('WARNING', 'other'))).toBe(false)
    expect(isFine(check('FAILURE'))).toBe(false)
    expect(isFine()).toBe(false)
  })

  it('lets a difference pass that the baseline explains, and names an entry that nothing needs', () => {
    const entry = {
      revision: scenario.revision,
      upstream: 'modern' as const,
      scenario: scenario.name,
      except: [],
      targets: ['s' as const],
      isRun: true,
      reason: 'It is so by decision.',
    }
    expect(bad([check('SUCCESS')], [check('WARNING')], [entry])).toEqual([])
    expect(judge(runs([check('SUCCESS')], [check('SUCCESS')]), [scenario], [entry]).stale).toEqual([entry])
    const ofClient = { ...entry, targets: ['modern-agent' as const] }
    expect(judge(ofAgent(check('SUCCESS')), [scenario], [ofClient]).stale).toEqual([ofClient])
  })
})
