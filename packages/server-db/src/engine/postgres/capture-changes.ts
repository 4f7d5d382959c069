/** Runs one write and tells every row that it changed, itself or by a cascade or trigger: before and after, as JSON texts. */
import type { WriteAction } from '../../policy/source-policy.ts'
import { quoteName } from '../../quote-name.ts'
import { QueryFailure } from '../query-failure.ts'
import type { DbClient } from './db-client.ts'
import type { PreparedWrite } from './prepare-write.ts'
import { refuse } from './refuse.ts'

/** A row as `to_jsonb` writes it, by column. */
export type RowImage = Record<string, unknown>

/** One changed row. */
export interface Change {
  schema: string
  relation: string
  action: WriteAction
  before: RowImage | null
  after: RowImage | null
}

/** A table that was written to, with how often. */
interface Touched {
  schema: string
  relation: string
  inserted: number
  updated: number
  deleted: number
}

/** Most rows that one transaction may change. */
export const MAX_CHANGES = 10_000

const COUNTERS = `SELECT n.nspname AS schema, c.relname AS relation,
    sum(s.n_tup_ins) AS inserted, sum(s.n_tup_upd) AS updated, sum(s.n_tup_del) AS deleted
  FROM pg_stat_xact_all_tables s
  JOIN pg_class c ON c.oid = coalesce(pg_partition_root(s.relid), s.relid) JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE s.n_tup_ins + s.n_tup_upd + s.n_tup_del > 0 AND n.nspname <> 'pg_catalog' AND c.relkind <> 't' GROUP BY 1, 2`
// Of tables that a trigger empties, makes, changes or drops, no counter tells, but their lock does.
const OWN_LOCKS = `SELECT coalesce(array_agg(transactionid::text) FILTER (WHERE locktype = 'transactionid' AND mode = 'ExclusiveLock'), '{}') AS xids,
    count(*) FILTER (WHERE locktype = 'relation' AND mode = 'AccessExclusiveLock' AND relpersistence IS DISTINCT FROM 't') AS reshaped
  FROM pg_locks LEFT JOIN pg_class c ON c.oid = relation WHERE pid = pg_backend_pid() AND granted`

/**
 * The write runs twice: rolled back, it leaves its mark on the rows as they were before; then it stays.
 * @param mayTouch throws when the viewer may not do this to a table
 * @throws {QueryFailure}, or the error of the database
 */
export async function captureChanges(
  client: DbClient,
  write: PreparedWrite,
  mayTouch: (table: { schema: string; relation: string }, action: WriteAction) => void,
): Promise<Change[]> {
  await client.execute('SAVEPOINT rehearsal', [])
  const first = await runCounted(client, write)
  for (const table of first.touched) judge(table, mayTouch)
  const locked = await readRows(client, first, 'xmax')
  await client.execute('ROLLBACK TO SAVEPOINT rehearsal', [])
  const before = await readRows(client, first, 'xmax')
  await client.execute('SAVEPOINT write', [])
  const second = await runCounted(client, write)
  const after = await readRows(client, second, 'xmin')
  if (JSON.stringify(first.touched) !== JSON.stringify(second.touched)) throw unstable()
  return first.touched.flatMap((table, i) => pair(table, exclude(before[i]!, locked[i]!), after[i]!))
}

interface Run {
  touched: Touched[]
  xids: string
}

async function runCounted(client: DbClient, { text, values }: PreparedWrite): Promise<Run> {
  const [earlier, startXids] = [await readCounters(client), await readXids(client)]
  await client.execute(text, values)
  const touched = [...(await readCounters(client))].flatMap(([key, now]) => {
    const then = earlier.get(key) ?? { inserted: 0, updated: 0, deleted: 0 }
    const [inserted, updated, deleted] = [
      now.inserted - then.inserted,
      now.updated - then.updated,
      now.deleted - then.deleted,
    ]
    return inserted + updated + deleted > 0 ? [{ ...now, inserted, updated, deleted }] : []
  })
  if (touched.reduce((sum, { inserted, updated, deleted }) => sum + inserted + updated + deleted, 0) > MAX_CHANGES)
    throw new QueryFailure('too_heavy', `The transaction changes more than ${MAX_CHANGES} rows.`)
  const xids = (await readXids(client)).filter((xid) => !startXids.includes(xid))
  touched.sort((a, b) => (`${a.schema}.${a.relation}` < `${b.schema}.${b.relation}` ? -1 : 1))
  return { touched, xids: `{${xids.join(',')}}` }
}

async function readCounters(client: DbClient): Promise<Map<string, Touched>> {
  const rows = await client.rows(COUNTERS, [])
  return new Map(
    rows.map(({ schema, relation, inserted, updated, deleted }) => [
      `${schema}.${relation}`,
      {
        schema: schema!,
        relation: relation!,
        inserted: Number(inserted),
        updated: Number(updated),
        deleted: Number(deleted),
      },
    ]),
  )
}

/**
 * Transaction ids of this connection that are at work: one for each savepoint that has written.
 * @throws {QueryFailure} `refused` once more than rows was changed
 */
async function readXids(client: DbClient): Promise<string[]> {
  const [row] = await client.rows(OWN_LOCKS, [])
  if (row?.reshaped !== '0')
    refuse('write_allow_list', 'The statement would also empty, make or change a table by a trigger.')
  return (row?.xids ?? '{}').slice(1, -1).split(',').filter(Boolean)
}

function judge(table: Touched, mayTouch: Parameters<typeof captureChanges>[2]): void {
  if (table.inserted > 0) mayTouch(table, 'insert')
  if (table.updated > 0) mayTouch(table, 'update')
  if (table.deleted > 0) mayTouch(table, 'delete')
}

interface Marked {
  place: string
  image: RowImage
  key: string
}

/** The visible rows that carry the mark of the run: `xmin` on what it made, `xmax` on what it took or locked. */
async function readRows(client: DbClient, { touched, xids }: Run, mark: 'xmin' | 'xmax'): Promise<Marked[][]> {
  const found: Marked[][] = []
  for (const { schema, relation } of touched) {
    const name = `${quoteName(schema)}.${quoteName(relation)}`
    const keys = await client.rows(
      'SELECT a.attname AS name FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) WHERE i.indrelid = $1::regclass AND i.indisprimary',
      [name],
    )
    const rows = await client.rows(
      `SELECT t.tableoid || ' ' || t.ctid AS place, to_jsonb(t)::text AS image FROM ${name} t WHERE t.${mark}::text = ANY ($1::text[])`,
      [xids],
    )
    found.push(
      rows.map(({ place, image }) => {
        const parsed = JSON.parse(image!, exactNumbers) as RowImage
        const key = keys.length > 0 ? keys.map(({ name: column }) => parsed[column!]) : [place]
        return { place: place!, image: parsed, key: JSON.stringify(key) }
      }),
    )
  }
  return found
}

// A number that JavaScript cannot hold stays as it is written.
function exactNumbers(_: string, value: unknown, { source }: { source?: string } = {}): unknown {
  return typeof value === 'number' && source !== undefined && String(value) !== source ? source : value
}

function exclude(rows: readonly Marked[], others: readonly Marked[]): Marked[] {
  const places = new Set(others.map(({ place }) => place))
  return rows.filter(({ place }) => !places.has(place))
}

/** Rows are the same by their key. */
function pair(
  { schema, relation, inserted, deleted }: Touched,
  before: readonly Marked[],
  after: readonly Marked[],
): Change[] {
  if (after.length - before.length !== inserted - deleted) throw unstable()
  const left = new Map(before.map((row) => [row.key, row]))
  const changes = after.map(({ key, image }): Change => {
    const old = left.get(key)
    left.delete(key)
    return { schema, relation, action: old ? 'update' : 'insert', before: old?.image ?? null, after: image }
  })
  for (const { image } of left.values())
    changes.push({ schema, relation, action: 'delete', before: image, after: null })
  return changes
}

function unstable(): QueryFailure {
  return new QueryFailure(
    'busy',
    'The statement does something else each time, or somebody else changes the same rows.',
  )
}
