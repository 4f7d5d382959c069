/** `causeway policy check`: whether the rules can be used, and what in them is hardly as it was meant. */

import { readKnownTools } from '../catalog/known-tools.ts'
import { formatProblem } from '../config/problem.ts'
import { compilePolicy } from '../policy/compile.ts'
import { askOf } from '../policy/definition-facts.ts'
import type { Workspace } from './workspace.ts'

/** Prints the warnings; a configuration with errors does not get this far. */
export function policyCheck({ config, loaded, printer }: Workspace): void {
  const { tools, catalogIsKnown } = readKnownTools(config)
  const asks = tools.map((facts) => askOf('tool', facts))
  const idle = compilePolicy(config).rules.filter((rule, i) => {
    const { tools, prompts, resources } = config.rules[i] ?? { tools: [], prompts: [], resources: [] }
    const isAboutToolsAlone = tools.length > 0 && prompts.length === 0 && resources.length === 0
    return catalogIsKnown && isAboutToolsAlone && !asks.some((ask) => rule.selectorFor(ask))
  })
  const warnings = [
    ...loaded.warnings.map(formatProblem),
    ...idle.map((rule) => `${rule.source} rule "${rule.id}" selects no tool that there is`),
  ]
  if (!catalogIsKnown) printer.note('the gateway has not listed any tools yet; globs were not held against them')
  const data = { agents: Object.keys(config.agents).length, rules: config.rules.length, warnings }
  printer.answer(data, () => [...warnings, `${data.rules} rules, ${data.agents} agents: usable`].join('\n'))
}
