/** Checks that the role of a connection can do no more than read: what the guard would let through by mistake, the database then refuses. */
import type { DbClient } from './db-client.ts'

const POSTURE = `
SELECT r.rolsuper AS superuser, r.rolcreaterole AS createrole, r.rolcreatedb AS createdb, r.rolreplication AS replication, r.rolbypassrls AS bypassrls,
  (SELECT string_agg(m.rolname, ', ') FROM pg_roles m
    WHERE m.rolname IN ('pg_write_all_data', 'pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program', 'pg_signal_backend', 'pg_maintain', 'pg_checkpoint', 'pg_create_subscription')
    AND pg_has_role(r.oid, m.oid, 'MEMBER')) AS powers,
  (SELECT min(c.oid::regclass::text) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)' AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND (has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE') OR has_any_column_privilege(c.oid, 'INSERT, UPDATE'))) AS writable,
  (SELECT min(n.nspname) FROM pg_namespace n WHERE n.nspname !~ '^pg_temp' AND has_schema_privilege(n.oid, 'CREATE')) AS creatable,
  has_database_privilege(current_database(), 'CREATE') AS createschema,
  coalesce((SELECT NOT s.ssl FROM pg_stat_ssl s WHERE s.pid = pg_backend_pid()) AND inet_client_addr() IS NOT NULL
    AND NOT inet_client_addr() <<= '127.0.0.0/8' AND inet_client_addr() <> '::1', false) AS unencrypted
FROM pg_roles r WHERE r.rolname = current_user`

/** What a role may be that it should not; the names that a source can allow. */
export type PostureKind = 'superuser' | 'write' | 'unencrypted'

/** One danger, in words. */
export interface PostureFinding {
  kind: PostureKind
  text: string
}

/** What is dangerous about the connection; empty when nothing is. */
export async function checkPosture(client: DbClient): Promise<PostureFinding[]> {
  const [row = {}] = await client.rows(POSTURE, [])
  const found: PostureFinding[] = []
  if (row.unencrypted !== 'f')
    found.push({ kind: 'unencrypted', text: 'the connection crosses a network without encryption' })
  if (row.superuser !== 'f') return [...found, { kind: 'superuser', text: 'its role is a superuser' }]
  const powers = [
    row.createrole === 't' && 'its role may create roles',
    row.createdb === 't' && 'its role may create databases',
    row.replication === 't' && 'its role may replicate',
    row.bypassrls === 't' && 'its role passes row security',
    row.powers && `its role is a member of ${row.powers}`,
    row.writable && `its role may write to tables, such as ${row.writable}`,
    row.creatable && `its role may create in schemas, such as ${row.creatable}`,
    row.createschema === 't' && 'its role may create schemas',
  ]
  for (const text of powers) if (typeof text === 'string') found.push({ kind: 'write', text })
  return found
}
