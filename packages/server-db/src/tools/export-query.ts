/** The tool that writes all rows of a SELECT to a CSV file, which only its caller can read. */
import { callerKey } from '@causeway/shared-contracts/caller'
import { z } from 'zod'
import { countOf } from '../count-of.ts'
import { dbTool, viewSource } from '../db-services.ts'
import { EXPORT_LIFE_MS, MAX_EXPORT_ROWS } from '../results/exports.ts'
import { withProgress } from '../results/with-progress.ts'
import { asToolErrors } from '../to-tool-error.ts'
import { columnsOutput, databaseInput, paramsInput, policyOutput, sqlInput, timeoutInput } from './fields.ts'

/** The link is worth nothing to anybody else, nor after its time. */
export const exportQuery = dbTool({
  name: 'export_query',
  title: 'Export a query',
  description:
    'Writes all rows of one SELECT to a CSV file (at most 100,000 rows or 5 MB) and gives a link to it, which only you can read, for 15 minutes. Masked as run_query is. Use it when a person wants the data; use run_query when you need the rows yourself.',
  effect: 'read',
  input: z.object({ database: databaseInput, sql: sqlInput, params: paramsInput, timeout_ms: timeoutInput }),
  output: z.object({
    uri: z.string(),
    mime_type: z.literal('text/csv'),
    columns: columnsOutput,
    row_count: z.int(),
    bytes: z.int(),
    truncated: z.boolean(),
    expires_in_s: z.int(),
    policy: policyOutput,
  }),
  async run({ database, sql, params, timeout_ms }, call) {
    const { services, caller, signal } = call
    const view = viewSource(services, caller, database)
    const { source, viewer } = view
    const timeoutMs = Math.min(timeout_ms ?? source.limits.maxTimeoutMs, source.limits.maxTimeoutMs)
    const request = { viewer, sql, params, maxRows: MAX_EXPORT_ROWS, timeoutMs, signal }
    const identity = { database: source.id, role: viewer.role, sql, params }
    const written = await asToolErrors(view, () =>
      withProgress(
        call,
        timeoutMs,
        services.exports.write(callerKey(caller), identity, (sink) => source.engine.stream(request, sink)),
      ),
    )
    // A stream that was stopped early says nothing of the policy.
    const effect = written.summary ?? (await asToolErrors(view, () => source.engine.check(request)))
    const { masked, rowFiltered } = effect
    const uri = `database://exports/${written.id}`
    return {
      text: [
        `${countOf(written.rowCount, 'row')} in ${written.bytes} bytes of CSV at ${uri}, readable by you for 15 minutes.`,
        ...(written.isCut ? ['There are more rows: the file is cut at its bounds. Filter, and export in parts.'] : []),
        ...(masked.length > 0 ? [`Masked for your role: ${masked.join(', ')}.`] : []),
        ...(rowFiltered.length > 0 ? [`Rows left out for your role in: ${rowFiltered.join(', ')}.`] : []),
        `Next: give the link to whoever asked, or read the resource ${uri}.`,
      ].join('\n'),
      data: {
        uri,
        mime_type: 'text/csv' as const,
        columns: [...written.columns],
        row_count: written.rowCount,
        bytes: written.bytes,
        truncated: written.isCut,
        expires_in_s: EXPORT_LIFE_MS / 1_000,
        policy: { role: viewer.role, masked, row_filtered: rowFiltered },
      },
      links: [{ uri, name: 'export.csv', mimeType: 'text/csv' }],
    }
  },
})
