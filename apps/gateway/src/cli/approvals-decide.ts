/** `causeway approvals approve` and `reject`: a person's verdict over calls that wait; a running gateway goes by it at once. */
import { userInfo } from 'node:os'
import { toldApproval } from '../approval/approval-state.ts'
import { type Decided, decideApproval, type NotDecided, SELF } from '../approval/decide-approval.ts'
import type { StoredApproval, Verdict } from '../store/approvals.ts'
import { CliError, type FailureKind } from './cli-error.ts'
import type { Workspace } from './workspace.ts'

/**
 * Decides over all of them, or over none.
 * @param options.by the person's name under `approvers`; by default the name on this machine
 * @throws CliError when one of them cannot be decided, or not by this person
 */
export function approvalsDecide(
  { config, existingStore, printer }: Workspace,
  ids: readonly string[],
  { by = machineUser(), reason, verdict }: { by?: string; reason?: string; verdict: Verdict },
): void {
  const store = existingStore()
  const [first = ''] = ids
  if (!store) throw approvalUnknown(first)
  const { roles = [] } = Object.hasOwn(config.approvers, by) ? (config.approvers[by] ?? {}) : {}
  const through = `cli (${machineUser()})`
  const decided = store.transaction(() =>
    ids.map((id) => {
      const outcome = decideApproval(store, { id, verdict, by, roles, through, reason })
      if (!outcome.ok) throw notDecided(id, by, outcome)
      return outcome.approval
    }),
  )
  printer.answer(
    decided.map((each) => toldApproval(each)),
    () => decided.map(({ id, agent, tool }) => `${verdict} ${id}: ${tool} by ${agent}`).join('\n'),
  )
}

// In a container the process may run as a number without a name.
function machineUser(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'unknown')
  }
}

/** The failure of an id that stands for nothing. */
export function approvalUnknown(id: string): CliError {
  return new CliError('usage', `Cannot find approval "${id}": there is none of that id`, {
    code: 'approval_unknown',
    hint: 'See `causeway approvals ls`',
  })
}

const REASONS = {
  expired: ['usage', 'nobody decided in time', 'The agent gets a new id when it repeats the call'],
  decided: ['usage', 'it was decided already', 'See `causeway approvals show <id>`'],
  requester: ['denied', 'its agent acts under that very name', 'Somebody else has to decide'],
} as const satisfies Record<string, readonly [FailureKind, string, string]>

function notDecided(id: string, by: string, { why, approval }: Extract<Decided, { ok: false }>): CliError {
  if (why === 'unknown' || !approval) return approvalUnknown(id)
  const [kind, reason, hint] = why === 'not_approver' ? notApprover(by, approval) : REASONS[why satisfies NotDecided]
  return new CliError(kind, `Cannot decide approval "${id}" as "${by}": ${reason}`, { code: `approval_${why}`, hint })
}

function notApprover(by: string, { approvers, agent, user }: StoredApproval): readonly [FailureKind, string, string] {
  const roles = JSON.parse(approvers) as string[]
  const others = roles.filter((role) => role !== SELF)
  const self = roles.includes(SELF) ? [`--by ${user ?? agent}`] : []
  const named =
    others.length === 0 ? [] : [`--by <name> of somebody who has the role ${others.join(' or ')} under approvers`]
  return ['denied', `"${by}" has none of the roles that may`, `Use ${[...self, ...named].join(', or ')}`]
}
