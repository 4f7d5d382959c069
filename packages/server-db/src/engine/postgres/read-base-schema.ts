/** Reads what a Postgres database holds for us: tables, columns and keys, before any policy, and the functions that a field could call. */
import type { ForeignKey } from '../query-engine.ts'
import type { DbClient } from './db-client.ts'

/** A column as the database declares it. */
export interface BaseColumn {
  name: string
  /** As the database writes it; that of the domain's base type for a domain. */
  type: string
  /** `pg_type.typcategory`: N for numbers, D for dates, … */
  category: string
  /** Of a type that every Postgres has; others are shown as text. */
  isBuiltIn: boolean
  isDomain: boolean
  nullable: boolean
  primaryKey: boolean
  /** A sequence gives its values unless a statement does. */
  isSequence: boolean
}

/** A table, or a view that the policy names. */
export interface BaseTable {
  /** As a statement names it: without the schema, if no schema before has one of the same name. */
  name: string
  schema: string
  relation: string
  kind: 'table' | 'partitioned' | 'view'
  /** The connection may read every column. */
  isReadable: boolean
  /** The database's own guess; negative when it has none. */
  estimatedRows: number
  columns: BaseColumn[]
  foreignKeys: ForeignKey[]
}

/** What the connection may read. */
export interface BaseSchema {
  tables: ReadonlyMap<string, BaseTable>
  callableFields: ReadonlySet<string>
  /** Names of functions and types in the schemas of the source. */
  ownNames: ReadonlySet<string>
  version: string
}

const TABLES = `
SELECT n.nspname AS schema, c.relname AS relation, c.relkind AS kind, c.reltuples AS rows,
  has_table_privilege(c.oid, 'SELECT') AS readable,
  (SELECT json_agg(json_build_object(
      'name', a.attname, 'category', t.typcategory, 'isDomain', t.typtype = 'd',
      'type', CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) ELSE format_type(t.oid, a.atttypmod) END,
      'isBuiltIn', coalesce(b.typnamespace, t.typnamespace) = 'pg_catalog'::regnamespace AND coalesce(b.typtype, t.typtype) IN ('b', 'r', 'm'),
      'nullable', NOT a.attnotnull,
      'isSequence', a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', false),
      'primaryKey', coalesce(a.attnum = ANY (k.conkey), false)) ORDER BY a.attnum)
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND has_column_privilege(c.oid, a.attnum, 'SELECT')) AS columns,
  (SELECT json_agg(json_build_object('schema', fn.nspname, 'relation', f.relname,
      'columns', (SELECT json_agg(a.attname ORDER BY o) FROM unnest(k.conkey) WITH ORDINALITY u (num, o) JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num),
      'toColumns', (SELECT json_agg(a.attname ORDER BY o) FROM unnest(k.confkey) WITH ORDINALITY u (num, o) JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num)) ORDER BY k.conname)
    FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid JOIN pg_namespace fn ON fn.oid = f.relnamespace
    WHERE k.conrelid = c.oid AND k.contype = 'f') AS keys
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition
  AND has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT')
ORDER BY array_position($1, n.nspname::text), c.relname`

// What computes from its argument alone is harmless however it is called.
const CALLABLE = `
SELECT DISTINCT proname AS name FROM pg_proc
WHERE pronamespace = 'pg_catalog'::regnamespace AND provolatile <> 'i' AND pronargs > 0
  AND (pronargs - pronargdefaults <= 1 OR provariadic <> 0)`

// A type of a table cannot be called.
const OWN = `
SELECT proname AS name FROM pg_proc WHERE pronamespace IN (SELECT oid FROM pg_namespace WHERE nspname = ANY ($1)) AND pronargs > 0
UNION SELECT typname FROM pg_type WHERE typnamespace IN (SELECT oid FROM pg_namespace WHERE nspname = ANY ($1)) AND typtype <> 'c' AND typelem = 0`

interface TableRow {
  schema: string
  relation: string
  kind: string
  rows: string
  readable: string
  columns: string | null
  keys: string | null
}

interface KeyRow extends ForeignKey {
  schema: string
  relation: string
}

/** @param schemas in the order in which a name is looked for */
export async function readBaseSchema(client: DbClient, schemas: readonly string[]): Promise<BaseSchema> {
  const rows = (await client.rows(TABLES, [schemas])) as unknown as TableRow[]
  const callable = await client.rows(CALLABLE, [])
  const own = await client.rows(OWN, [schemas])
  const [version] = await client.rows('SHOW server_version', [])
  const nameOf = createNaming(rows)
  const tables = rows.map((row): [string, BaseTable] => {
    const name = nameOf(row)
    return [name, toTable(row, name, nameOf)]
  })
  return {
    tables: new Map(tables),
    callableFields: new Set(callable.map((row) => String(row.name))),
    ownNames: new Set(own.map((row) => String(row.name))),
    version: String(version?.server_version),
  }
}

type Naming = (relation: { schema: string; relation: string }) => string

function createNaming(rows: readonly TableRow[]): Naming {
  const first = new Map<string, string>()
  for (const { schema, relation } of rows) if (!first.has(relation)) first.set(relation, schema)
  return ({ schema, relation }) => (first.get(relation) === schema ? relation : `${schema}.${relation}`)
}

function toTable(row: TableRow, name: string, nameOf: Naming): BaseTable {
  const keys = JSON.parse(row.keys ?? '[]') as KeyRow[]
  return {
    name,
    schema: row.schema,
    relation: row.relation,
    kind: row.kind === 'r' ? 'table' : row.kind === 'p' ? 'partitioned' : 'view',
    isReadable: row.readable === 't',
    estimatedRows: Number(row.rows),
    columns: JSON.parse(row.columns ?? '[]') as BaseColumn[],
    foreignKeys: keys.map((key) => ({ columns: key.columns, table: nameOf(key), toColumns: key.toColumns })),
  }
}
