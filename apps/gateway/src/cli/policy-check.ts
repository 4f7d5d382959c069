/** `causeway policy check`: whether the rules can be used, and what in them is hardly as it was meant. */

import { readKnownTools } from '../catalog/known-tools.ts'
import { formatProblem } from '../config/problem.ts'
import { knownAgents } from '../identity/known-agents.ts'
import { checkPolicy } from '../policy/check-policy.ts'
import { compilePolicy } from '../policy/compile.ts'
import type { Workspace } from './workspace.ts'

/** Prints the warnings; a configuration with errors does not get this far. */
export function policyCheck(workspace: Workspace): void {
  const { loaded, printer } = workspace
  const config = workspace.policyConfig()
  const { definitions, catalogIsKnown } = readKnownTools(config)
  const agents = knownAgents([config], workspace.existingStore())
  const world = { agents, definitions: catalogIsKnown ? definitions : undefined }
  const warnings = [...loaded.warnings.map(formatProblem), ...checkPolicy(compilePolicy(config), config.rules, world)]
  if (!catalogIsKnown) printer.note('the gateway has not listed any tools yet; globs were not held against them')
  const data = { agents: Object.keys(config.agents).length, rules: config.rules.length, warnings }
  printer.answer(data, () => [...warnings, `${data.rules} rules, ${data.agents} agents: usable`].join('\n'))
}
