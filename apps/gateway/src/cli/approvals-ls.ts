/** `causeway approvals ls`: the calls that wait for a person. */
import { approvalStateOf, toldApproval } from '../approval/approval-state.ts'
import { escaped } from './escaped.ts'
import { formatTable } from './table.ts'
import type { Workspace } from './workspace.ts'

const MAX_LISTED = 1_000
const MAX_ARGUMENTS_CHARACTERS = 60

/** Prints those that wait or were approved and not used; with `all` the others of the last 30 days too. */
export function approvalsLs({ existingStore, printer }: Workspace, { all = false }: { all?: boolean }): void {
  const nowMs = Date.now()
  const found = existingStore()?.approvals.list({ nowMs, isAll: all, limit: MAX_LISTED }) ?? []
  const rows = found.map((each) => [
    each.id,
    approvalStateOf(each, nowMs),
    ageOf(nowMs - each.requestedMs),
    escaped(each.user === null ? each.agent : `${each.agent} for ${each.user}`),
    each.tool,
    shortened(each.argumentsShown),
  ])
  printer.answer(
    found.map((each) => toldApproval(each, nowMs)),
    () =>
      rows.length === 0 ? 'Nothing waits.' : formatTable(['ID', 'STATE', 'AGE', 'AGENT', 'TOOL', 'ARGUMENTS'], rows),
  )
}

function shortened(text: string): string {
  return text.length <= MAX_ARGUMENTS_CHARACTERS ? text : `${text.slice(0, MAX_ARGUMENTS_CHARACTERS - 1)}…`
}

function ageOf(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000))
  if (minutes < 60) return `${minutes}m`
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)}h` : `${Math.floor(minutes / (24 * 60))}d`
}
