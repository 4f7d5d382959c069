/** Where an approval stands, and how it is told to people and programs. */
import type { StoredApproval } from '../store/approvals.ts'

/** `spent` once its call was sent, `expired` when nobody decided or used it in time. */
export type ApprovalState = 'pending' | 'approved' | 'rejected' | 'spent' | 'expired'

/** An approval as the admin API and `--json` tell it; times are ISO 8601. */
export interface ToldApproval {
  id: string
  state: ApprovalState
  agent: string
  /** The user for whom the agent acts. */
  user: string | null
  tool: string
  upstream: string
  /** The arguments as JSON text: without secrets, and cut where they are long. */
  arguments: string
  argumentsDigest: string
  definitionHash: string
  rule: string
  /** Roles of those who may decide; `self` is whoever the agent works for. */
  approvers: string[]
  requestedAt: string
  expiresAt: string
  decidedAt: string | null
  decidedBy: string | null
  decidedThrough: string | null
  reason: string | null
  spentAt: string | null
  revision: number
}

/** Where it stands at `nowMs`. */
export function approvalStateOf(
  { spentMs, verdict, expiresMs }: Pick<StoredApproval, 'spentMs' | 'verdict' | 'expiresMs'>,
  nowMs: number,
): ApprovalState {
  if (spentMs !== null) return 'spent'
  if (verdict === 'rejected') return 'rejected'
  if (expiresMs <= nowMs) return 'expired'
  return verdict ?? 'pending'
}

/** What is told of one. */
export function toldApproval(approval: StoredApproval, nowMs = Date.now()): ToldApproval {
  const { id, agent, user, tool, upstream, argumentsDigest, definitionHash, rule, reason, revision } = approval
  return {
    id,
    state: approvalStateOf(approval, nowMs),
    agent,
    user,
    tool,
    upstream,
    arguments: approval.argumentsShown,
    argumentsDigest,
    definitionHash,
    rule,
    approvers: JSON.parse(approval.approvers) as string[],
    requestedAt: isoTime(approval.requestedMs),
    expiresAt: isoTime(approval.expiresMs),
    decidedAt: approval.decidedMs === null ? null : isoTime(approval.decidedMs),
    decidedBy: approval.decidedBy,
    decidedThrough: approval.decidedThrough,
    reason,
    spentAt: approval.spentMs === null ? null : isoTime(approval.spentMs),
    revision,
  }
}

function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString()
}
