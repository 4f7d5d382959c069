/** A person's verdict over one call that waits: who may give it, and what comes of it. The command line and the admin API both ask here. */
import type { StoredApproval, Verdict } from '../store/approvals.ts'
import type { Store } from '../store/open-store.ts'
import { approvalStateOf } from './approval-state.ts'

/** How long an approved call may be repeated, ms. */
export const USE_MS = 60 * 60_000
/** How long a rejected call stays rejected, so that an agent cannot ask until somebody gives in, ms. */
export const REJECTED_MS = 60 * 60_000
/** The entry of `approvers` that stands for whoever the agent works for. */
export const SELF = 'self'

/** Longest reason that is kept, characters. */
const MAX_REASON_CHARACTERS = 500

/** A verdict and who gives it. */
export interface Deciding {
  id: string
  verdict: Verdict
  /** Name of the person, as the configuration has it under `approvers`. */
  by: string
  /** Roles of that person. */
  roles: readonly string[]
  /** Where it is decided, for the record: `cli`, `admin` … */
  through: string
  /** Told to the agent. */
  reason?: string | undefined
}

/** Why a verdict does not count: nothing of that id, too late, decided or used already, the person asks for it, or has no role that the rule wants. */
export type NotDecided = 'unknown' | 'expired' | 'decided' | 'requester' | 'not_approver'

/** What comes of a verdict. */
export type Decided =
  | { ok: true; approval: StoredApproval }
  | { ok: false; why: NotDecided; approval: StoredApproval | undefined }

/** Decides, once. */
export function decideApproval(
  store: Pick<Store, 'approvals' | 'transaction'>,
  deciding: Deciding,
  nowMs = Date.now(),
): Decided {
  return store.transaction((): Decided => {
    const approval = store.approvals.get(deciding.id)
    const why = approval ? reasonAgainst(approval, deciding, nowMs) : 'unknown'
    if (!approval || why) return { ok: false, why: why ?? 'unknown', approval }
    const { id, verdict, by, through } = deciding
    const reason = deciding.reason?.slice(0, MAX_REASON_CHARACTERS) || null
    const expiresMs = nowMs + (verdict === 'approved' ? USE_MS : REJECTED_MS)
    store.approvals.decide(id, { verdict, by, through, reason, nowMs, expiresMs })
    return { ok: true, approval: store.approvals.get(id) as StoredApproval }
  })
}

function reasonAgainst(
  approval: StoredApproval,
  { by, roles }: Deciding,
  nowMs: number,
): Exclude<NotDecided, 'unknown'> | undefined {
  const state = approvalStateOf(approval, nowMs)
  if (state !== 'pending') return state === 'expired' ? 'expired' : 'decided'
  const approvers = JSON.parse(approval.approvers) as string[]
  const isRequester = by === (approval.user ?? approval.agent)
  if (isRequester && approvers.includes(SELF)) return undefined
  if (by === approval.agent || by === approval.user) return 'requester'
  return roles.some((role) => role !== SELF && approvers.includes(role)) ? undefined : 'not_approver'
}
