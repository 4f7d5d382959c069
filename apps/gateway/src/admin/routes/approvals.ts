/** Routes about calls that wait for a person. Whoever decides does so under the name of their token or session, which must be an approver's. */
import { z } from 'zod'
import { toldApproval } from '../../approval/approval-state.ts'
import { decideApproval, type NotDecided } from '../../approval/decide-approval.ts'
import { GatewayError } from '../../errors.ts'
import type { Verdict } from '../../store/approvals.ts'
import { pageOf, pageQuery, paginate } from '../page.ts'
import { type AdminParts, type Asked, defineRoute } from '../route.ts'

const time = z.iso.datetime()
const approval = z
  .strictObject({
    id: z.string(),
    state: z.enum(['pending', 'approved', 'rejected', 'spent', 'expired']),
    agent: z.string(),
    user: z.string().nullable(),
    tool: z.string(),
    upstream: z.string(),
    arguments: z.string().describe('JSON text: without secrets, and cut where it is long.'),
    argumentsDigest: z.string(),
    definitionHash: z.string(),
    rule: z.string(),
    approvers: z.array(z.string()).describe('Roles of those who may decide; self is whoever the agent works for.'),
    requestedAt: time,
    expiresAt: time,
    decidedAt: time.nullable(),
    decidedBy: z.string().nullable(),
    decidedThrough: z.string().nullable(),
    reason: z.string().nullable(),
    spentAt: time.nullable(),
    revision: z.int(),
  })
  .meta({ id: 'Approval' })

const ofId = z.strictObject({ id: z.string() })
const verdictBody = z.strictObject({ reason: z.string().max(500).optional().describe('Told to the agent.') })
const MAX_LISTED = 10_000

const REFUSALS = {
  unknown: ['item_unknown', 'nothing of that id waits'],
  expired: ['approval_closed', 'nobody decided in time'],
  decided: ['approval_closed', 'it was decided already'],
  requester: ['approver_forbidden', 'its agent acts under that very name'],
  not_approver: ['approver_forbidden', 'that name has none of the roles that may'],
} as const satisfies Record<NotDecided, readonly [string, string]>

function decide(
  verdict: Verdict,
  { params, body, admin }: Asked<{ id: string }, unknown, { reason?: string | undefined }>,
  parts: AdminParts,
) {
  const { approvers } = parts.gateway.live.config
  const by = admin?.name ?? ''
  const roles = Object.hasOwn(approvers, by) ? (approvers[by]?.roles ?? []) : []
  const deciding = { id: params.id, verdict, by, roles, through: `admin (${admin?.kind})`, reason: body.reason }
  const outcome = decideApproval(parts.store, deciding)
  if (outcome.ok) return { data: toldApproval(outcome.approval) }
  const [code, reason] = REFUSALS[outcome.why]
  throw new GatewayError(code, `Cannot decide approval "${params.id}" as "${by}": ${reason}`)
}

/** Listing, one, and the verdicts. */
export const approvalRoutes = [
  defineRoute({
    method: 'GET',
    path: '/api/v1/approvals',
    id: 'listApprovals',
    summary: 'Calls that wait, or were approved and not used; with all=true those of the last 30 days',
    tag: 'approvals',
    access: 'read',
    query: z.strictObject({ ...pageQuery.shape, all: z.enum(['true', 'false']).default('false') }),
    status: 200,
    answer: pageOf(approval),
    failures: [],
    handle({ query }, { store }) {
      const found = store.approvals.list({ nowMs: Date.now(), isAll: query.all === 'true', limit: MAX_LISTED })
      const newestFirst = ({ requestedAt, id }: { requestedAt: string; id: string }) =>
        `${String(9e15 - Date.parse(requestedAt)).padStart(16, '0')} ${id}`
      return {
        data: paginate(
          found.map((each) => toldApproval(each)),
          query,
          newestFirst,
        ),
      }
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/approvals/{id}',
    id: 'getApproval',
    summary: 'One call',
    tag: 'approvals',
    access: 'read',
    params: ofId,
    status: 200,
    answer: approval,
    failures: ['item_unknown'],
    handle({ params }, { store }) {
      const found = store.approvals.get(params.id)
      if (!found) throw new GatewayError('item_unknown', `Cannot find approval "${params.id}": there is none`)
      return { data: toldApproval(found) }
    },
  }),
  ...(['approved', 'rejected'] as const).map((verdict) =>
    defineRoute({
      method: 'POST',
      path: `/api/v1/approvals/{id}/${verdict === 'approved' ? 'approve' : 'reject'}`,
      id: verdict === 'approved' ? 'approveCall' : 'rejectCall',
      summary: verdict === 'approved' ? 'Let exactly this call through once' : 'Refuse the call for an hour',
      tag: 'approvals',
      access: 'write',
      params: ofId,
      body: verdictBody,
      status: 200,
      answer: approval,
      failures: ['item_unknown', 'approval_closed', 'approver_forbidden'],
      handle: (asked, parts) => decide(verdict, asked, parts),
    }),
  ),
]
