/** Each recipe of docs/policy.md is a configuration that loads, and its tests hold. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadConfig } from '../src/config/load.ts'
import { argumentTypesOf } from '../src/policy/argument-types.ts'
import { compilePolicy } from '../src/policy/compile.ts'
import { conditionProblems } from '../src/policy/condition-problems.ts'
import type { DefinitionFacts } from '../src/policy/definition-facts.ts'
import { runPolicyTests } from '../src/policy/run-tests.ts'

const document = readFileSync(join(import.meta.dirname, '../../../docs/policy.md'), 'utf8')
const recipes = [...document.matchAll(/^### (.*?)\n.*?^```yaml\n(.*?)^```/gms)].map(([, title, yaml]) => ({
  title,
  yaml,
}))

const HEAD = `version: 1
upstreams: {}
agents: { ops: { roles: [operator] }, support-bot: { roles: [support] }, intern-bot: { roles: [intern] } }
`
const tool = (publicName: string, effect: DefinitionFacts['effect'], properties: object): DefinitionFacts => ({
  ...{ publicName, aliases: [], upstream: publicName.split('__')[0] ?? '', scopes: [], tags: [] },
  ...(effect ? { effect } : {}),
  arguments: argumentTypesOf({ type: 'object', properties }),
})
const text = { type: 'string' }
const TOOLS = [
  tool('projects__list_tasks', 'read', {}),
  tool('projects__add_comment', 'write', { text }),
  tool('projects__delete_task', 'destroy', {}),
  tool('db__run_query', 'read', { sql: text, limit: { type: 'integer' } }),
  tool('mail__send', 'write', { to: { type: 'array', items: text } }),
  tool('payments__refund', 'write', { amount: { type: 'number' }, currency: text }),
]

it('has recipes', () => {
  expect(recipes.length).toBe((document.match(/^### /gm) ?? []).length)
  expect(recipes.length).toBeGreaterThan(5)
})

it.each(recipes)('$title', ({ yaml }) => {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-recipe-'))
  writeFileSync(join(folder, 'causeway.yaml'), `${HEAD}${yaml}`)
  const { config, warnings } = loadConfig(join(folder, 'causeway.yaml'), {})
  rmSync(folder, { recursive: true, force: true })
  expect(warnings.filter(({ message }) => !/admin/.test(message))).toEqual([])
  const policy = compilePolicy(config)
  expect(conditionProblems(policy, TOOLS)).toEqual([])
  const factsOf = (name: string) => TOOLS.find(({ publicName }) => publicName === name)
  const results = runPolicyTests(policy, config.tests, { factsOf, catalogIsKnown: true })
  expect(results.length).toBeGreaterThan(1)
  expect(results.filter(({ outcome }) => outcome !== 'passed')).toEqual([])
})
