/** The resource that shows the people in a database, in the caller's role's view. */
import { resourceOf } from '@causeway/shared-contracts/define-resource'
import type { DbServices, SourceView } from '../db-services.ts'
import { MAX_PAGE_BYTES } from '../engine/query-limits.ts'
import { requireViewer } from '../policy/viewer-of.ts'
import { renderRows } from '../render-rows.ts'
import { linkBlobs } from '../results/blob-links.ts'
import { asToolErrors } from '../to-tool-error.ts'
import { requireTable } from '../visible-tables.ts'

const ROWS = 20

/** Of each database that names a table of people. */
export const usersResource = resourceOf<DbServices>()({
  name: 'users',
  title: 'People in the databases',
  description: 'The first people of each database that has some, masked as your role demands',
  uri: 'database://users',
  async read(_, { services, caller, signal }) {
    const viewer = requireViewer(caller, services.roles)
    const sections = services.sources
      .filter(({ users }) => users !== undefined)
      .map((source) => peopleOf({ source, viewer }, source.users!, signal))
    return [`# People, as ${viewer.role}`, ...(await Promise.all(sections))].join('\n\n')
  },
})

async function peopleOf(view: SourceView, name: string, signal: AbortSignal): Promise<string> {
  const { source, viewer } = view
  const { table } = await requireTable(view, name)
  const sql = `SELECT * FROM ${table.sqlName} ORDER BY 1 LIMIT ${ROWS}`
  const bounds = { maxRows: ROWS, maxBytes: MAX_PAGE_BYTES, timeoutMs: source.limits.defaultTimeoutMs, signal }
  const { columns, rows, masked } = await asToolErrors(view, () =>
    source.engine.run({ viewer, sql, params: [], ...bounds }),
  )
  const names = columns.map((column) => column.name)
  return [
    `## ${source.id}.${table.name}: ${rows.length} of ${table.rowCount ?? 'many'}`,
    masked.length > 0 ? `Masked for your role: ${masked.join(', ')}.` : 'Nothing is masked for your role.',
    renderRows(names, linkBlobs(rows, undefined, 0), `${source.id}.${table.name}`),
  ].join('\n')
}
