/** Does many things of one kind in one transaction: all or none, or as many as can be done, or only to see what would happen. */
import type { ToolAnswer } from '@causeway/shared-contracts/define-tool'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import type { ProjectCall } from '../open-services.ts'
import { clipText } from '../text/clip-text.ts'

/** Most items of a batch. */
export const MAX_BATCH = 50

/** Fifty failures must fit one result. */
const MAX_MESSAGE_BYTES = 500

/** Arguments that every batch takes. */
export const batchInput = {
  mode: z.enum(['atomic', 'best_effort']).default('atomic').describe('All or none, or as many as can be done'),
  dry_run: z.boolean().default(false).describe('Only tell what would happen'),
}

/** What every batch answers. */
export const batchShape = z.object({
  results: z.array(z.looseObject({ index: z.number(), ok: z.boolean() })),
  done: z.number(),
  failed: z.number(),
  dry_run: z.boolean(),
  replayed: z.boolean().optional(),
})

/** How one item ended. */
export type BatchResult<Row> =
  | ({ index: number; ok: true } & Row)
  | { index: number; ok: false; error: { code: string; message: string; field?: string } }

/** What to do with which items. */
export interface Batch<Item, Row> {
  items: readonly Item[]
  /** The argument that holds the items. */
  field: string
  mode: 'atomic' | 'best_effort'
  isRehearsal: boolean
  /** What is done, as in "3 tasks created". */
  verb: string
  perform(item: Item, index: number, before: readonly BatchResult<Row>[]): Row
  render(row: Row): string
}

/** What a batch answers. */
export type BatchAnswer<Row> = ToolAnswer<{
  results: BatchResult<Row>[]
  done: number
  failed: number
  dry_run: boolean
}>

/**
 * Call it inside a transaction.
 * @throws ToolError `batch_failed` with every failure, when it is all or none and one fails
 */
export function runBatch<Item, Row extends object>(call: ProjectCall, batch: Batch<Item, Row>): BatchAnswer<Row> {
  const results: BatchResult<Row>[] = []
  for (const [index, item] of batch.items.entries())
    results.push(attempt(call, batch, { index, item, before: results }))
  const failures = results.filter((result) => !result.ok)
  if (batch.mode === 'atomic' && failures.length > 0) throw batchFailed(batch, failures)
  const done = results.length - failures.length
  const data = { results, done, failed: failures.length, dry_run: batch.isRehearsal }
  return { text: render(batch, results), data }
}

function attempt<Item, Row extends object>(
  call: ProjectCall,
  batch: Batch<Item, Row>,
  { index, item, before }: { index: number; item: Item; before: readonly BatchResult<Row>[] },
): BatchResult<Row> {
  try {
    const row = call.services.db.part(() => batch.perform(item, index, before))
    return { index, ok: true, ...row }
  } catch (error) {
    if (!(error instanceof ToolError)) throw error
    const { code, message, field } = error.shape
    const place = [batch.field, index, field].filter((part) => part !== undefined).join('.')
    return { index, ok: false, error: { code, message: clipText(message, MAX_MESSAGE_BYTES), field: place } }
  }
}

function batchFailed<Item, Row>({ items, field }: Batch<Item, Row>, failures: readonly BatchResult<Row>[]): ToolError {
  const errors = failures.flatMap((result) => (result.ok ? [] : [{ index: result.index, ...result.error }]))
  const shown = errors.slice(0, 10).map((error) => `${error.field} ${error.code}: ${error.message}`)
  return new ToolError(
    'batch_failed',
    `Nothing was done: ${errors.length} of ${items.length} cannot be done, and mode is atomic. ${shown.join(' ')} Correct these, or use mode best_effort to do the others.`,
    { field: errors[0]?.field ?? field, errors },
  )
}

function render<Item, Row>(batch: Batch<Item, Row>, results: readonly BatchResult<Row>[]): string {
  const done = results.filter((result) => result.ok).length
  const failed = results.length - done
  const first = batch.isRehearsal
    ? `Dry run, nothing was written: ${done} of ${results.length} would be ${batch.verb}.`
    : `${done} of ${results.length} ${batch.verb}${failed > 0 ? `, ${failed} failed` : ''}.`
  const lines = results.map((result) =>
    result.ok
      ? `${result.index}: ${batch.render(result)}`
      : `${result.index}: ${result.error.code}: ${result.error.message}`,
  )
  const next = batch.isRehearsal
    ? 'To do it, call again without dry_run.'
    : failed > 0
      ? 'Correct those that failed and call again with them alone.'
      : 'Read any with get_task_details.'
  return [first, ...lines, next].join('\n')
}
