/** What the operator is told of conditions that do not fit. */
import { pino } from 'pino'
import { expect, it } from 'vitest'
import type { Catalog } from './catalog/catalog.ts'
import { createConditionReport } from './condition-report.ts'
import { argumentTypesOf } from './policy/argument-types.ts'
import { compilePolicy } from './policy/compile.ts'

const rule = (when: string) => ({
  ...{ id: 'r', effect: 'allow' as const, roles: ['*'], agents: [], tools: ['db__*'], prompts: [], resources: [] },
  ...{ when, source: 'causeway.yaml:9' },
})
const facts = (publicName: string) => ({
  ...{ publicName, aliases: [], upstream: 'db', scopes: [], tags: [] },
  arguments: argumentTypesOf({ type: 'object', properties: { limit: { type: 'number' } } }),
})
const catalogOf = (...names: string[]) =>
  ({ shares: [{ entries: { tools: names.map((name) => ({ facts: facts(name) })) } }] }) as unknown as Catalog

it('tells of each misfit once, and again when it comes back', () => {
  const lines: { rule?: string; tool?: string; reason?: string; more?: number }[] = []
  const report = createConditionReport(pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }))
  const misfit = compilePolicy({ agents: {}, rules: [rule('args.limt < 3')] })
  const fit = compilePolicy({ agents: {}, rules: [rule('args.limit < 3')] })
  report(fit, catalogOf('db__query', 'db__drop', 'mail__send'))
  expect(lines).toEqual([])
  report(misfit, catalogOf('db__query', 'mail__send'))
  report(misfit, catalogOf('db__query', 'db__drop'))
  expect(lines.map(({ rule, tool, reason }) => [rule, tool, reason])).toEqual([
    ['r', 'db__query', expect.stringMatching(/^No such key: limt/)],
    ['r', 'db__drop', expect.stringMatching(/^No such key: limt/)],
  ])
  report(fit, catalogOf('db__query'))
  report(misfit, catalogOf('db__query'))
  expect(lines).toHaveLength(3)
  report(misfit, catalogOf(...Array.from({ length: 25 }, (_, i) => `db__tool_${i}`)))
  expect([lines.length, lines.at(-1)?.more]).toEqual([24, 5])
})
