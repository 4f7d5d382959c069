/** The `causeway.yaml` of this repository loads without a complaint, and its roles get what their names promise. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { compilePolicy } from '../../src/policy/compile.ts'
import { decide } from '../../src/policy/decide.ts'
import type { DefinitionFacts } from '../../src/policy/definition-facts.ts'
import { runPolicyTests } from '../../src/policy/run-tests.ts'

const { config, warnings } = loadConfig(join(import.meta.dirname, '../../../../causeway.yaml'), {})
const policy = compilePolicy(config)

/** The tools of the projects domain server, as its manifest has them. */
const manifest = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../../packages/server-projects/domain.manifest.json'), 'utf8'),
) as { tools: Record<string, { effect: 'read' | 'write' | 'destroy' }> }
const projects = (effect: string) =>
  Object.entries(manifest.tools)
    .filter(([, tool]) => tool.effect === effect)
    .map(([name]) => `projects__${name}`)

const NAMES = {
  read: [
    ...projects('read'),
    ...['db__list_databases', 'db__search_schema', 'db__describe_table', 'db__run_query'],
    ...['integrations__list_integrations', 'integrations__github_get_issue', 'integrations__slack_find_channel'],
  ],
  write: [...projects('write'), ...['integrations__github_comment_on_issue', 'integrations__slack_post_message']],
  destroy: projects('destroy'),
}
const tools: DefinitionFacts[] = Object.entries(NAMES).flatMap(([effect, names]) =>
  names.map((publicName) => ({
    publicName,
    aliases: [],
    upstream: publicName.split('__')[0]!,
    effect: effect as DefinitionFacts['effect'],
    scopes: [],
    tags: [],
  })),
)
const toolsOf = (agent: string, roles?: string[]) =>
  tools
    .filter((facts) => decide(policy.forAgent(agent, roles), 'tool', facts).effect === 'allow')
    .map((facts) => facts.publicName)

describe('the shipped configuration', () => {
  it('loads without warnings', () => {
    expect(warnings).toEqual([])
    expect(Object.keys(config.upstreams)).toEqual(['projects', 'db', 'integrations'])
    expect(config.publicUrl).toBeUndefined()
  })

  it('passes its own tests', () => {
    const byName = new Map(tools.map((facts) => [facts.publicName, facts]))
    const lookup = { factsOf: (name: string) => byName.get(name), catalogIsKnown: true }
    const results = runPolicyTests(policy, config.tests, lookup)
    expect(results.filter(({ outcome }) => outcome !== 'passed')).toEqual([])
    expect(results.length).toBeGreaterThan(5)
  })

  it('gives operators everything', () => {
    expect(toolsOf('ops-orchestrator')).toHaveLength(tools.length)
  })

  it('gives support the reads, comments, assigning and what was read', () => {
    const extra = ['projects__assign_task', 'projects__add_comment', 'projects__mark_notifications_read']
    expect(toolsOf('support-bot').toSorted()).toEqual([...NAMES.read, ...extra].toSorted())
  })

  it('gives viewers the reads, and others nothing', () => {
    expect(toolsOf('made-by-hand', ['viewer']).toSorted()).toEqual(NAMES.read.toSorted())
    expect(toolsOf('made-by-hand')).toEqual([])
  })

  it('lets readers use prompts and resources of the three, and of no upstream that is added', () => {
    const effectOf = (upstream: string, action: 'prompt' | 'resource') => {
      const facts = { ...tools[0]!, publicName: `${upstream}__x`, upstream, uri: `${upstream}://x` }
      return decide(policy.forAgent('support-bot'), action, facts).effect
    }
    expect([effectOf('projects', 'prompt'), effectOf('db', 'resource')]).toEqual(['allow', 'allow'])
    expect([effectOf('files', 'prompt'), effectOf('files', 'resource')]).toEqual(['deny', 'deny'])
  })
})
