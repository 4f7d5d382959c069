/** What a transaction changed, or would change, as tools tell it. */
import { markUntrusted } from '@causeway/shared-contracts/clean-text'
import { z } from 'zod'
import { countOf } from './count-of.ts'
import type { SourceView } from './db-services.ts'
import type { ResultValue } from './engine/query-engine.ts'
import type { ChangedRow, TransactionReport } from './engine/transaction.ts'
import { linkBlobs } from './results/blob-links.ts'
import { valueOutput } from './tools/fields.ts'

const row = z.record(z.string(), valueOutput).nullable()

/** The structured half. */
export const reportOutput = z.object({
  database: z.string(),
  committed: z.boolean(),
  effects: z.array(
    z.object({
      statement: z.int(),
      table: z.string(),
      action: z.enum(['insert', 'update', 'delete']),
      row_count: z.int(),
      rows: z.array(z.object({ before: row, after: row })),
    }),
  ),
  tables: z.array(z.object({ table: z.string(), rows_before: z.int(), rows_after: z.int() })),
  failure: z.object({ statement: z.int(), message: z.string() }).nullable(),
  confirmation_token: z.string().optional(),
  untrusted: z.literal(true),
})

/** Statements are counted from 1, as people do. */
export function toReportData({ source }: SourceView, report: TransactionReport) {
  const { isCommitted, effects, tables, failure } = report
  return {
    database: source.id,
    committed: isCommitted,
    effects: effects.map(({ statement, table, action, rowCount, rows }) => ({
      statement: statement + 1,
      table,
      action,
      row_count: rowCount,
      rows: rows.map(({ before, after }) => ({ before: shown(before), after: shown(after) })),
    })),
    tables: tables.map(({ table, rowsBefore, rowsAfter }) => ({
      table,
      rows_before: rowsBefore,
      rows_after: rowsAfter,
    })),
    failure: failure && { statement: failure.statement + 1, message: failure.message },
    untrusted: true as const,
  }
}

/** The text half. @param token for the second step, when there is one */
export function renderReport(
  { effects, tables, failure }: TransactionReport,
  { head, source, token }: { head: string; source: string; token: string | undefined },
): string {
  const changes = effects.flatMap(({ statement, table, action, rowCount, rows }) => [
    `statement ${statement + 1}: ${action} ${countOf(rowCount, 'row')} of ${table}${rowCount > rows.length ? `, the first ${rows.length}` : ''}`,
    ...rows.map(renderChange),
  ])
  return [
    head,
    ...tables.map(({ table, rowsBefore, rowsAfter }) => `${table}: ${rowsBefore} rows before, ${rowsAfter} after.`),
    ...(changes.length > 0 ? [markUntrusted(changes.join('\n'), source)] : []),
    ...(failure ? [`Statement ${failure.statement + 1} failed: ${failure.message}. Correct it and call again.`] : []),
    ...(token
      ? [
          `confirmation_token: ${token}`,
          'Next: if this is what is wanted, call again with the same arguments and confirmation_token within 10 minutes.',
        ]
      : []),
    ...(!token && !failure ? ['Next: run_query to see the data.'] : []),
  ].join('\n')
}

function renderChange({ before, after }: ChangedRow): string {
  const both = before && after
  return `  ${both ? `${JSON.stringify(before)} → ${JSON.stringify(after)}` : JSON.stringify(before ?? after)}`
}

function shown(values: Record<string, ResultValue> | null) {
  return (
    values &&
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, linkBlobs([[value]], undefined, 0)[0]![0]!]),
    )
  )
}
