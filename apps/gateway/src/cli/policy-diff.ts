/** `causeway policy diff`: who gains and who loses what between two configurations. */
import { resolve } from 'node:path'
import { readKnownTools } from '../catalog/known-tools.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { knownAgents } from '../identity/known-agents.ts'
import { compilePolicy } from '../policy/compile.ts'
import { diffPolicies, type PolicyChange } from '../policy/diff-policies.ts'
import { withStoredRules } from '../policy/with-stored-rules.ts'
import { formatTable } from './table.ts'
import type { Workspace } from './workspace.ts'

/**
 * Prints every change; that there are some is no failure.
 * @param newPath the configuration in use unless it is given
 * @throws ConfigError when one of them cannot be used
 */
export function policyDiff(workspace: Workspace, oldPath: string, newPath: string | undefined): void {
  const { terminal, config, printer } = workspace
  const load = (path: string) => loadConfig(resolve(terminal.folder, path), terminal.env).config
  const withStored = (each: Config) => withStoredRules(each, workspace.existingStore())
  const [before, after] = [load(oldPath), newPath === undefined ? config : load(newPath)].map(withStored) as [
    Config,
    Config,
  ]
  const { definitions, catalogIsKnown } = readKnownTools(config)
  if (!catalogIsKnown) printer.note('the gateway has not listed all upstreams yet; only what it has listed is compared')
  const agents = knownAgents([before, after], workspace.existingStore())
  const changes = diffPolicies([compilePolicy(before), compilePolicy(after)], agents, definitions)
  const count = (change: PolicyChange['change']) => changes.filter((each) => each.change === change).length
  const counts = { gained: count('gained'), lost: count('lost'), approval: count('approval') }
  const data = { ...counts, conditions: count('conditions'), changes }
  printer.answer(data, () => formatChanges(changes))
}

const SIGNS = { gained: '+', lost: '-', approval: '~', conditions: '~' } as const

function formatChanges(changes: readonly PolicyChange[]): string {
  if (changes.length === 0) return 'Nobody gains or loses anything.'
  const rows = changes.map(({ change, agent, kind, name, when = [], before, approvers }) => {
    const now = when.length === 0 ? (before ? 'always' : '') : `when ${when.join(', ')}`
    const then = before ? `${now} (before: ${before.join(', ') || 'always'})` : now
    return [SIGNS[change], agent, kind, name, [then, approvalOf(change, approvers)].filter(Boolean).join('; ')]
  })
  return formatTable(['', 'AGENT', 'KIND', 'NAME', 'CONDITIONS'], rows)
}

function approvalOf(change: PolicyChange['change'], approvers: readonly string[] | undefined): string {
  if (approvers) return `approved by ${approvers.join(' or ')}`
  return change === 'approval' ? 'without an approval' : ''
}
