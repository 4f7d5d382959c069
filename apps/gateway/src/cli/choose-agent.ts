/** As whom a command talks to the gateway when it is not told. */

import { readKnownTools } from '../catalog/known-tools.ts'
import { closest } from '../config/closest.ts'
import { isManagedByFile, listAgents } from '../identity/agent-directory.ts'
import { compilePolicy } from '../policy/compile.ts'
import { decide, isGranted } from '../policy/decide.ts'
import { CliError } from './cli-error.ts'
import type { Workspace } from './workspace.ts'

/**
 * Checks that there is such an agent.
 * @throws CliError when neither the file nor the store knows it
 */
export function requireAgent(workspace: Workspace, agent: string): string {
  const { config } = workspace
  const names = agentNames(workspace)
  if (agent.includes('*'))
    throw new CliError('usage', `Cannot use agent "${agent}": it is a glob, and no single agent`, {
      code: 'agent_unknown',
      hint: 'Name one agent that it is about',
    })
  if (config.auth.anonymous === agent || isManagedByFile(config, agent) || names.includes(agent)) return agent
  const nearest = closest(agent, names)
  throw new CliError('usage', `Cannot find agent "${agent}": neither the file nor the store has it`, {
    code: 'agent_unknown',
    hint: nearest ? `Did you mean "${nearest}"?` : `Agents: ${names.join(', ') || 'none yet'}`,
  })
}

/**
 * The only agent there is: a call acts, so with several nobody is presumed.
 * @throws CliError
 */
export function onlyAgent(workspace: Workspace): string {
  const names = agentNames(workspace)
  if (names.length === 1 && names[0] !== undefined) return names[0]
  throw new CliError('usage', 'Cannot choose an agent to act as', {
    code: 'agent_needed',
    hint:
      names.length === 0 ? 'Make one: `causeway agents create <name> --role <role>`' : `Add --as ${names.join('|')}`,
  })
}

/**
 * The agent that may call the most tools, the file's first among equals: for commands that only look.
 * @throws CliError when there is no agent at all
 */
export function widestAgent(workspace: Workspace): string {
  const policy = compilePolicy(workspace.policyConfig())
  const { tools } = readKnownTools(workspace.config)
  const store = workspace.existingStore()
  const [widest] = agentNames(workspace)
    .map((agent) => {
      const own = policy.forAgent(agent, store?.agents.get(agent)?.roles)
      return { agent, count: tools.filter((facts) => isGranted(decide(own, 'tool', facts))).length }
    })
    .toSorted((a, b) => b.count - a.count)
  return widest?.agent ?? onlyAgent(workspace)
}

function agentNames(workspace: Workspace): string[] {
  return listAgents(workspace.config, workspace.existingStore())
    .filter(({ agent, source }) => source !== 'none' && !agent.includes('*'))
    .map(({ agent }) => agent)
}
