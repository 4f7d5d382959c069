/** `causeway policy explain`: why an agent may or may not call a tool, by the engine that decides it. */

import { factsOfName, readKnownTools } from '../catalog/known-tools.ts'
import { isManagedByFile } from '../identity/agent-directory.ts'
import { compilePolicy } from '../policy/compile.ts'
import { type Explanation, explain, type TraceStep } from '../policy/explain.ts'
import { parseArguments } from './parse-arguments.ts'
import { formatTable } from './table.ts'
import type { Workspace } from './workspace.ts'

/** Prints the decision with every rule's part in it. */
export function policyExplain(workspace: Workspace, agent: string, tool: string, options: { args?: string }): void {
  const { config, printer } = workspace
  parseArguments([], options.args)
  const call = { argumentsText: options.args }
  const known = readKnownTools(config)
  const facts = known.factsOf(tool)
  if (!facts)
    printer.note(
      known.catalogIsKnown
        ? `no upstream offers "${tool}", so it cannot be called; this is what the rules say of its name`
        : 'the gateway has not listed any tools yet; this is what the rules say of the name alone',
    )
  const stored = workspace.existingStore()?.agents.get(agent)
  if (!stored && !isManagedByFile(config, agent)) printer.note(`no agent "${agent}" is known, so it has no roles`)
  const target = facts ?? factsOfName(tool, Object.keys(config.upstreams))
  const explanation = explain(compilePolicy(workspace.policyConfig()), {
    agent,
    roles: stored?.roles ?? [],
    target,
    call,
  })
  if (options.args === undefined && explanation.trace.some(({ condition }) => condition))
    printer.note('without --args this is about a call without arguments')
  printer.answerBare({ ...explanation, factsFrom: facts ? 'catalog' : 'name' }, () => formatExplanation(explanation))
}

function formatExplanation({ decision, rule, source, reason, trace }: Explanation): string {
  const because = reason === undefined ? '' : `: ${reason}`
  const by = rule === undefined ? 'no rule allows it' : `rule "${rule}" (${source})${because}`
  const rows = trace.map((step) => [step.matches ? '*' : '', step.effect, step.rule, step.source, whyOf(step)])
  return `${decision}: ${by}\n\n${formatTable(['', 'EFFECT', 'RULE', 'SOURCE', 'WHY'], rows)}`
}

function whyOf({ why, condition }: TraceStep): string {
  if (!condition) return why
  const { when, outcome, reason } = condition
  const came = outcome === 'unjudged' ? 'not judged' : outcome === 'error' ? `cannot be judged: ${reason}` : outcome
  return `${why}; when ${when}: ${came}`
}
