/** The catalog's work after a change, without a gateway around it: one upstream's part checked, named and merged, and one view made of it. */
import { CatalogHolder } from '../../src/catalog/catalog.ts'
import { namespace, prefixOf } from '../../src/catalog/namespace.ts'
import { validate } from '../../src/catalog/validate.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { UpstreamConfig } from '../../src/config/schema.ts'
import { compilePolicy } from '../../src/policy/compile.ts'
import { viewOf } from '../../src/request/view.ts'
import { agentName } from '../configuration.ts'

/** The best of several changes, ms. */
export interface RebuildFigure {
  mergeMs: number
  viewMs: number
}

const ROUNDS = 7
const IDENTITY = { era: 'modern', name: 'bench', version: '1', capabilities: {}, instructions: '' } as const
const NOTHING = { prompts: [], resources: [], templates: [], skills: [] }

/** Changes one of the configuration's upstreams, each of which lists so many tools. */
export function measureRebuild(configPath: string, toolsEach: number): RebuildFigure {
  const { config } = loadConfig(configPath, {})
  const policy = compilePolicy(config).forAgent(agentName(0))
  const holder = new CatalogHolder()
  const upstreams = Object.entries(config.upstreams)
  holder.arrange(upstreams.map(([id]) => id))
  for (const [id, upstream] of upstreams) publish(holder, { id, upstream, names: namesOf(toolsEach, 0) })
  const [id, upstream] = upstreams[0] as (typeof upstreams)[0]
  const rounds = Array.from({ length: ROUNDS }, (_, round) => {
    const startMs = performance.now()
    publish(holder, { id, upstream, names: namesOf(toolsEach, round + 1) })
    const mergedMs = performance.now()
    viewOf(holder.current, policy, undefined).pages('tools', 'modern')
    return { mergeMs: mergedMs - startMs, viewMs: performance.now() - mergedMs }
  })
  return {
    mergeMs: Math.min(...rounds.map(({ mergeMs }) => mergeMs)),
    viewMs: Math.min(...rounds.map(({ viewMs }) => viewMs)),
  }
}

function publish(
  holder: CatalogHolder,
  { id, upstream, names }: { id: string; upstream: UpstreamConfig; names: readonly string[] },
): void {
  const tools = names.map((name) => ({ name, description: 'Answers', inputSchema: { type: 'object' } }))
  const lists = { ...NOTHING, tools: tools.map((value) => ({ text: JSON.stringify(value), value })) }
  const { definitions, leftOut } = validate(id, upstream, lists)
  const prefix = prefixOf(upstream)
  const entries = namespace(upstream, definitions)
  holder.publish({ id, title: id, identity: IDENTITY, prefix, isNamespaced: true, entries, leftOut })
}

function namesOf(count: number, change: number): string[] {
  return Array.from({ length: count }, (_, index) => `tool_${index === 0 ? `${change}_` : ''}${index}`)
}
