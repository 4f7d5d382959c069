/** What a decision costs by itself, without a gateway around it: a call found in a view of 500 tools and decided by twenty rules, with conditions and without. */
import { CatalogHolder } from '../../src/catalog/catalog.ts'
import { namespace, prefixOf } from '../../src/catalog/namespace.ts'
import { validate } from '../../src/catalog/validate.ts'
import type { Rule, UpstreamConfig } from '../../src/config/schema.ts'
import { compilePolicy } from '../../src/policy/compile.ts'
import type { Caller } from '../../src/request/caller.ts'
import { type DecideOn, decideCall } from '../../src/request/decide.ts'
import { resolve } from '../../src/request/resolve.ts'
import { viewOf } from '../../src/request/view.ts'
import { parseEnvelope } from '../../src/wire/envelope.ts'

/** The best of several rounds, µs of CPU a call. */
export interface DecisionFigure {
  tools: number
  rules: number
  compiledUs: number
  conditionUs: number
}

const TOOLS = 500
const RULES = 20
const ROUNDS = 7
const IDENTITY = { era: 'modern', name: 'bench', version: '1', capabilities: {}, instructions: '' } as const
const UPSTREAM = {
  namespace: 'up',
  tools: {},
  tags: [],
  trustMetadata: true,
  auth: { mode: 'none' },
} as unknown as UpstreamConfig
const CONDITION = 'args.limit <= 100'
const SCHEMA = { type: 'object', properties: { limit: { type: 'integer' }, text: { type: 'string' } } }

/** Measures both. */
export function measureDecisions(): DecisionFigure {
  return {
    tools: TOOLS,
    rules: RULES,
    compiledUs: bestOf(1_000_000, decisionOfACall(undefined)),
    conditionUs: bestOf(50_000, decisionOfACall(CONDITION)),
  }
}

function bestOf(calls: number, decideOnce: () => void): number {
  const rounds = Array.from({ length: ROUNDS }, () => {
    // Of this thread alone: the compiler's and the garbage collector's own threads are no part of a decision.
    const before = process.threadCpuUsage()
    for (let call = 0; call < calls; call++) decideOnce()
    const { user, system } = process.threadCpuUsage(before)
    return (user + system) / calls
  })
  return Math.min(...rounds)
}

/**
 * What is measured: one call, found and decided.
 * @throws Error when the call is not allowed
 */
export function decisionOfACall(when: string | undefined): () => void {
  const policy = compilePolicy({ agents: { bot: { roles: ['support'] } }, rules: rulesWith(when) } as never)
  const view = viewOf(catalogOf(), policy.forAgent('bot'), undefined)
  const params = { name: `up__tool_${TOOLS - 1}`, arguments: { limit: 50, text: 'x'.repeat(200) } }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
  const inbound = { message: parseEnvelope(Buffer.from(body)), era: 'legacy', session: undefined } as const
  const caller = { agent: 'bot', roles: ['support'] } as unknown as Caller
  const on = { caller, inbound, trail: {} } as unknown as DecideOn
  const tasks = {} as Parameters<typeof resolve>[2]
  const decideOnce = () => decideCall(resolve(inbound, view, tasks), view, on)
  if (decideOnce().effect !== 'allow') throw new Error('Cannot measure a decision: the call is not allowed')
  return decideOnce
}

function rulesWith(when: string | undefined): Rule[] {
  const rule = (index: number): Rule => ({
    id: `rule-${index}`,
    effect: index % 4 === 0 ? 'deny' : 'allow',
    roles: [index === RULES - 1 ? 'support' : `team-${index}`],
    agents: [],
    tools: ['up__*'],
    prompts: [],
    resources: [],
    source: `bench:${index}`,
    ...(index === RULES - 1 && when ? { when } : {}),
  })
  return Array.from({ length: RULES }, (_, index) => rule(index))
}

function catalogOf() {
  const holder = new CatalogHolder()
  holder.arrange(['up'])
  const tools = Array.from({ length: TOOLS }, (_, index) => ({ name: `tool_${index}`, inputSchema: SCHEMA }))
  const lists = {
    ...{ prompts: [], resources: [], templates: [], skills: [] },
    tools: tools.map((value) => ({ text: JSON.stringify(value), value })),
  }
  const { definitions, leftOut } = validate('up', UPSTREAM, lists)
  const entries = namespace(UPSTREAM, definitions)
  const naming = { prefix: prefixOf(UPSTREAM), isNamespaced: true }
  holder.publish({ id: 'up', title: 'up', identity: IDENTITY, ...naming, entries, leftOut })
  return holder.current
}
