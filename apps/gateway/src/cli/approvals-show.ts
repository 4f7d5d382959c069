/** `causeway approvals show`: one call that waits, or waited, with its arguments. */
import { toldApproval } from '../approval/approval-state.ts'
import { approvalUnknown } from './approvals-decide.ts'
import { escaped } from './escaped.ts'
import type { Workspace } from './workspace.ts'

/**
 * Prints all that is known of it.
 * @throws CliError when there is none of that id
 */
export function approvalsShow({ existingStore, printer }: Workspace, id: string): void {
  const found = existingStore()?.approvals.get(id)
  if (!found) throw approvalUnknown(id)
  const told = toldApproval(found)
  printer.answer(told, () =>
    Object.entries(told)
      .filter(([key, value]) => value !== null && key !== 'revision')
      .map(
        ([key, value]) => `${`${key}:`.padEnd(18)}${escaped(Array.isArray(value) ? value.join(', ') : String(value))}`,
      )
      .join('\n'),
  )
}
