/** For any policy: what is listed is what can be called, on every route and in every era, explanations say what happens, and the lists say that they are private. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DefinitionFacts } from '../src/policy/definition-facts.ts'
import { explain } from '../src/policy/explain.ts'
import { type ScriptedUpstream, startScriptedUpstream } from './fixtures/scripted-upstream.ts'
import { post, postModern, type RawAnswer } from './support/clients.ts'
import { type StoryGateway, startGateway } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

const tool = (name: string, isReadOnly: boolean) => ({
  name,
  inputSchema: { type: 'object', properties: { n: { type: 'integer' }, s: { type: 'string' }, any: {} } },
  annotations: { readOnlyHint: isReadOnly },
})
const TOOLS = [tool('get_task', true), tool('get_user', true), tool('drop_task', false), tool('set_user', false)]
const PROMPTS = ['plan', 'greet'].map((name) => ({ name }))

// Policies at random, the same in each run.
const tools = fc.constantFrom('*', 'a__*', 'b__*', '*_task', 'a__get_user', 'effect:read', 'effect:write', 'upstream:b')
const prompts = fc.constantFrom('*', 'a__*', 'b__plan', 'upstream:a')
const conditions = [
  ...['args.n <= 1', 'args.n == 2 || args.n in [5, 7]', 'has(args.n) && args.n < 9', '!has(args.s)', 'args.any == "a"'],
  ...['args.s.startsWith("a")', 'tool.effect == "read"', 'tool.name == "a__get_task"', '"agent-7" in agent.roles'],
  // These fit no tool, or no call of one.
  ...['args.nn < 1', 'user.name == "ann"'],
]
const effect = fc.constantFrom('allow', 'allow', 'deny', 'approve')
const rule = fc.record({
  effect,
  tools: fc.array(tools, { maxLength: 2 }),
  prompts: fc.array(prompts, { maxLength: 2 }),
  when: fc.option(fc.constantFrom(...conditions), { nil: undefined }),
})
const POLICIES = fc.sample(fc.array(rule, { minLength: 1, maxLength: 5 }), { numRuns: 200, seed: 20260728 })
/** Arguments of the calls, one after the other. */
const ARGS = [{ n: 1, s: 'a' }, {}, { n: 2, any: 'a' }, { n: 7, s: 'b', any: 3 }, { n: '1' }, { s: 'ab', any: 'a' }]
const AGENTS = POLICIES.map((_, index) => `agent-${index}`)

const upstreams = new Map<string, ScriptedUpstream>()
let gateway: StoryGateway
const keys = new Map<string, string>()

beforeAll(async () => {
  for (const id of ['a', 'b']) upstreams.set(id, await startScriptedUpstream({ tools: TOOLS, prompts: PROMPTS }))
  gateway = await startGateway({
    upstreams: Object.fromEntries([...upstreams].map(([id, { url }]) => [id, { url }])),
    agents: Object.fromEntries(AGENTS.map((name) => [name, { roles: [name] }])),
    rules: POLICIES.flatMap((rules, agent) =>
      rules
        .map((each) => (each.when && each.tools.length > 0 ? { ...each, prompts: [] } : { ...each, when: undefined }))
        .map((each) => (each.effect === 'approve' ? { ...each, prompts: [], approvers: ['leads'] } : each))
        .filter((each) => each.tools.length + each.prompts.length > 0)
        .map((each, index) => ({
          id: `rule-${agent}-${index}`,
          effect: each.effect,
          roles: [`agent-${agent}`],
          tell: true,
          ...(each.when ? { when: each.when } : {}),
          ...('approvers' in each ? { approvers: each.approvers } : {}),
          ...(each.tools.length > 0 ? { tools: each.tools } : {}),
          ...(each.prompts.length > 0 ? { prompts: each.prompts } : {}),
        })),
    ),
  })
  for (const agent of AGENTS) keys.set(agent, gateway.key(agent))
  await gateway.ready('a', 'b')
})
afterAll(async () => {
  await gateway.close()
  await Promise.all([...upstreams.values()].map((each) => each.close()))
})

const ERAS = {
  modern: postModern,
  legacy: (url: string, key: string | undefined, method: string, params: object = {}) =>
    post(url, key, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })),
}
const KINDS = [
  { list: 'tools/list', call: 'tools/call', key: 'tools', names: TOOLS.map(({ name }) => name) },
  { list: 'prompts/list', call: 'prompts/get', key: 'prompts', names: PROMPTS.map(({ name }) => name) },
] as const
const received = () => [...upstreams.values()].reduce((sum, each) => sum + each.received.length, 0)

/** How a call ended, and the rule that is told where a condition denied it. */
type Ended = 'served' | 'unknown' | 'waits' | `denied by ${string}`

/** What an agent is shown of a kind, by public name, and how calls of it all ended. */
async function seenBy(agent: string, era: keyof typeof ERAS, kind: (typeof KINDS)[number]) {
  const send = (method: string, params = {}, path = '/mcp') =>
    ERAS[era](`${gateway.url}${path}`, keys.get(agent), method, params)
  const nameOf = (each: { name: string }) => each.name
  const { json } = await send(kind.list)
  const listed = ((json?.result?.[kind.key] ?? []) as { name: string }[]).map(nameOf)
  const ended: [name: string, ended: Ended, args: object][] = []
  const ownRoutes: string[] = []
  for (const id of ['a', 'b']) {
    const own = ((await send(kind.list, {}, `/s/${id}/mcp`)).json?.result?.[kind.key] ?? []) as { name: string }[]
    ownRoutes.push(...own.map((each) => `${id}__${each.name}`))
    for (const name of kind.names) {
      const before = received()
      const args = ARGS[(Number(agent.slice(6)) + ended.length) % ARGS.length] as object
      const answer = (await send(kind.call, { name: `${id}__${name}`, arguments: args })).json
      const how = endOf(answer)
      // What is refused has not touched its upstream either.
      expect(received() - before).toBe(how === 'served' ? 1 : 0)
      ended.push([`${id}__${name}`, how, args])
    }
  }
  const callable = ended.filter(([, how]) => how !== 'unknown').map(([name]) => name)
  return { listed: listed.sort(), callable: callable.sort(), ownRoutes: ownRoutes.sort(), ended }
}

function endOf(answer: RawAnswer | undefined): Ended {
  if (answer?.result) return 'served'
  if (/^approval_(required|pending)$/.test(String(answer?.error?.data?.code))) return 'waits'
  return answer?.error?.data?.code === 'policy_denied' ? `denied by ${answer.error.data.rule}` : 'unknown'
}

/** How the explanation says that the call ends. */
function explained(agent: string, tool: string, args: object): Ended {
  const { live, catalog } = gateway.listening.gateway
  const target = catalog.current.entries.tools.find(({ publicName }) => publicName === tool)?.facts
  if (!target) return 'unknown'
  const call = { argumentsText: JSON.stringify(args) }
  const { decision, rule, reason } = explain(live.policy, { agent, roles: [], target, call })
  if (decision === 'allow') return 'served'
  if (decision === 'approve') return 'waits'
  return reason === undefined ? 'unknown' : `denied by ${rule}`
}

describe(verifies('policy.list-is-callable', 'for any policy'), () => {
  it.each(KINDS)(
    verifies('policy.everywhere', 'what $list shows is what $call serves, wherever it is asked'),
    async (kind) => {
      const sizes = new Set<number>()
      const ends = new Set<string>()
      for (const agent of AGENTS) {
        const modern = await seenBy(agent, 'modern', kind)
        expect([agent, modern.callable]).toEqual([agent, modern.listed])
        expect([agent, modern.ownRoutes]).toEqual([agent, modern.listed])
        expect([agent, await seenBy(agent, 'legacy', kind)]).toEqual([agent, modern])
        if (kind.key === 'tools')
          for (const [name, how, args] of modern.ended)
            expect([agent, name, args, how]).toEqual([agent, name, args, explained(agent, name, args)])
        sizes.add(modern.listed.length)
        for (const [, how] of modern.ended) ends.add(how.slice(0, 6))
      }
      // Policies that all allow the same would prove nothing.
      expect(sizes.size).toBeGreaterThan(3)
      expect(ends.size).toBe(kind.key === 'tools' ? 4 : 2)
    },
    60_000,
  )
})

it(verifies('policy.explain', 'what explain says of a call is what the record has of it'), async () => {
  const { audit, live, catalog } = gateway.listening.gateway
  await audit.flush()
  const records = (await audit.readRecords({ limit: 100_000 })).filter(
    ({ method, kind }) => method === 'tools/call' && kind !== 'intent',
  )
  const facts = new Map(catalog.current.entries.tools.map((entry) => [entry.publicName, entry.facts]))
  const seen = new Set<string>()
  for (const { agent, tool, args, decision, rule, policyVersion } of records) {
    const call = { argumentsText: JSON.stringify(args) }
    const target = facts.get(tool as string) as DefinitionFacts
    const explanation = explain(live.policy, { agent: agent as string, roles: [], target, call })
    expect([agent, tool, decision, rule]).toEqual([agent, tool, explanation.decision, explanation.rule ?? null])
    expect(policyVersion).toBe(live.policy.version)
    seen.add(`${decision} ${rule === null ? 'by none' : 'by a rule'}`)
  }
  expect(records.length).toBe(AGENTS.length * TOOLS.length * 2 * 2)
  expect([...seen].sort()).toEqual(['allow by a rule', 'approve by a rule', 'deny by a rule', 'deny by none'])
})

it.each(['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list', 'server/discover'])(
  verifies('integrity.cache', 'the answer to %s is for its caller alone'),
  async (method) => {
    const modern = await postModern(`${gateway.url}/mcp`, keys.get('agent-0'), method)
    expect(modern.json?.result).toMatchObject({ cacheScope: 'private' })
    expect(modern.headers.get('cache-control')).toBe('no-store')
    const legacy = await ERAS.legacy(`${gateway.url}/mcp`, keys.get('agent-0'), method)
    expect(legacy.headers.get('cache-control')).toBe('no-store')
  },
)
