/** The tool that changes rows: first rehearsed and rolled back, then, confirmed, committed if it does exactly the same. */
import { confirmationInput } from '@causeway/shared-contracts/confirmation-codec'
import type { CallContext } from '@causeway/shared-contracts/define-tool'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import { countOf } from '../count-of.ts'
import { type DbServices, dbTool, type SourceView, viewSource } from '../db-services.ts'
import { MAX_SQL_CHARS } from '../engine/query-limits.ts'
import { MAX_TRANSACTION_STATEMENTS, type TransactionReport } from '../engine/transaction.ts'
import { renderReport, reportOutput, toReportData } from '../render-report.ts'
import { withProgress } from '../results/with-progress.ts'
import { asToolErrors } from '../to-tool-error.ts'
import { databaseInput, paramsInput } from './fields.ts'

const input = z.object({
  database: databaseInput,
  statements: z
    .array(z.object({ sql: z.string().min(1).max(MAX_SQL_CHARS), params: paramsInput }))
    .min(1)
    .max(MAX_TRANSACTION_STATEMENTS)
    .describe('INSERT, UPDATE or DELETE, in order; values as $1, $2, …'),
  confirmation_token: confirmationInput,
})

type Input = z.output<typeof input>

/** Offered where some source has a write connection. */
export const runTransaction = dbTool({
  name: 'run_transaction',
  title: 'Run a transaction',
  description:
    'Runs up to 20 INSERT, UPDATE or DELETE in one transaction. The first call only rehearses: it rolls back and reports the rows before and after, with a confirmation_token. Call again with the same arguments and the token to commit, which happens only if the effects are identical. Pass times and ids in params: now() and random() differ each time.',
  effect: 'destroy',
  isOffered: ({ sources }) => sources.some(({ engine }) => engine.canWrite),
  input,
  output: reportOutput,
  async run(args, call) {
    const view = viewSource(call.services, call.caller, args.database)
    if (!view.source.engine.canWrite)
      throw new ToolError(
        'read_only',
        `${view.source.id} has no write connection here. Ask the platform admin for one.`,
        {
          field: 'database',
        },
      )
    return args.confirmation_token === undefined
      ? rehearse(view, args, call)
      : commit(view, { args, token: args.confirmation_token, call })
  },
})

function confirmable(
  { database: _, confirmation_token: __, ...args }: Input,
  { source }: SourceView,
  call: CallContext,
) {
  return { caller: call.caller, tool: 'run_transaction', args: { ...args, database: source.id } }
}

async function rehearse(view: SourceView, args: Input, call: CallContext<DbServices>) {
  const report = await transact(view, { args, expectedDigest: null, call })
  if (report.failure || report.effects.length === 0) return answer(view, report)
  const asked = call.services.confirmations.required(confirmable(args, view, call), {
    version: report.digest,
    text: '',
  })
  return answer(view, report, String(asked.shape.confirmation_token))
}

async function commit(
  view: SourceView,
  { args, token, call }: { args: Input; token: string; call: CallContext<DbServices> },
) {
  const { confirmations } = call.services
  const wanted = confirmable(args, view, call)
  const confirmation = confirmations.open(token, wanted)
  const expectedDigest = String(confirmation.version)
  // Spent before the deed: a crash between the two loses a token, never a second commit.
  confirmations.spend(confirmation, wanted, expectedDigest)
  const report = await transact(view, { args, expectedDigest, call })
  if (report.isCommitted) return answer(view, report)
  throw new ToolError(
    report.failure ? 'transaction_failed' : 'effects_changed',
    `Nothing was committed: ${report.failure ? `statement ${report.failure.statement + 1} failed now (${report.failure.message})` : 'the statements would now change other rows or values than those that were confirmed'}. Call run_transaction without a token to see the effects as they are now; pass times and random values in params.`,
    { field: 'statements', ...toReportData(view, report) },
  )
}

function transact(
  view: SourceView,
  { args, expectedDigest, call }: { args: Input; expectedDigest: string | null; call: CallContext<DbServices> },
): Promise<TransactionReport> {
  const { source, viewer } = view
  const timeoutMs = source.limits.maxTimeoutMs
  const request = { viewer, statements: args.statements, expectedDigest, timeoutMs, signal: call.signal }
  return asToolErrors(view, () => withProgress(call, timeoutMs, source.engine.transact(request)))
}

function answer(view: SourceView, report: TransactionReport, token?: string) {
  const changed = report.effects.reduce((sum, { rowCount }) => sum + rowCount, 0)
  const head = report.isCommitted
    ? `Committed: ${countOf(changed, 'row')} changed in ${view.source.id}.`
    : `Rehearsed and rolled back: ${countOf(changed, 'row')} would change in ${view.source.id}. Nothing is changed yet.`
  return {
    text: renderReport(report, { head, source: view.source.id, token }),
    data: { ...toReportData(view, report), ...(token ? { confirmation_token: token } : {}) },
  }
}
