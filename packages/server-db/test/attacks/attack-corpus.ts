/** Statements that try to write, to escape, or to see what a role may not see. `{dir}` stands for the directory of the database. */

/** What must come of an attack: the rule that refuses it, another error, or rows without a canary. */
export type Expected =
  | 'plain_text'
  | 'one_statement'
  | 'select_only'
  | 'no_pragma'
  | 'no_catalog'
  | 'allowed_functions'
  | 'sql_error'
  | 'invalid_arguments'
  | 'rows'

/** One attack. */
export interface Attack {
  sql: string
  expect: Expected
}

function all(expect: Expected, statements: readonly string[]): Attack[] {
  return statements.map((sql) => ({ sql, expect }))
}

const WRITES = all('select_only', [
  'INSERT INTO customers (id) VALUES (999999)',
  "INSERT INTO payroll (note) VALUES ('x') RETURNING *",
  "REPLACE INTO customers (id, name) VALUES (1, 'x')",
  "UPDATE customers SET email = 'x'",
  "UPDATE payroll SET note = 'x' RETURNING note",
  'DELETE FROM customers',
  'DELETE FROM customers RETURNING ssn',
  'WITH x AS (SELECT 1) DELETE FROM customers',
  'WITH x AS (SELECT 1) INSERT INTO payroll (note) SELECT ssn FROM customers',
  'DROP TABLE payroll',
  'DROP TABLE main.customers',
  'DROP VIEW customers',
  'DROP INDEX orders_customer',
  'CREATE TABLE loot (x)',
  'CREATE TABLE main.loot AS SELECT * FROM customers',
  'CREATE TEMP TABLE loot AS SELECT * FROM customers',
  'CREATE TEMP VIEW loot AS SELECT * FROM customers',
  'CREATE VIEW temp.customers2 AS SELECT 1',
  'CREATE INDEX loot ON customers (email)',
  'CREATE TEMP TRIGGER loot INSTEAD OF UPDATE ON customers BEGIN SELECT 1; END',
  'CREATE VIRTUAL TABLE temp.loot USING fts5(body)',
  'CREATE VIRTUAL TABLE temp.loot USING dbstat',
  'ALTER TABLE payroll RENAME TO loot',
  'ALTER TABLE payroll ADD COLUMN x',
  'REINDEX',
  'REINDEX orders_customer',
  'ANALYZE',
  'ANALYZE customers',
  "INSERT INTO customers (id, name) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = 'x'",
  'INSERT OR REPLACE INTO payroll SELECT id, ssn FROM customers',
  "UPDATE OR IGNORE customers SET ssn = 'x' FROM tickets WHERE tickets.customer_id = customers.id",
  'WITH RECURSIVE x(i) AS (SELECT 1) UPDATE payroll SET note = (SELECT i FROM x)',
  'DELETE FROM customers WHERE id IN (SELECT customer_id FROM orders) RETURNING email, ssn',
  'ALTER TABLE payroll DROP COLUMN note',
  'ALTER TABLE payroll RENAME COLUMN note TO loot',
  'CREATE UNIQUE INDEX temp.loot ON customers (ssn)',
  'CREATE TABLE IF NOT EXISTS customers (x)',
])

const ESCAPES = all('select_only', [
  'VACUUM',
  "VACUUM INTO '{dir}/pwned.db'",
  "VACUUM main INTO '{dir}/pwned.db'",
  "ATTACH '{dir}/pwned.db' AS p",
  "ATTACH '{dir}/helpdesk.db' AS p",
  "ATTACH ':memory:' AS p",
  'DETACH main',
  'BEGIN',
  'BEGIN IMMEDIATE',
  'COMMIT',
  'END TRANSACTION',
  'ROLLBACK',
  'SAVEPOINT s',
  'RELEASE s',
  'EXPLAIN SELECT ssn FROM customers',
  'EXPLAIN QUERY PLAN SELECT ssn FROM customers',
  'EXPLAIN DELETE FROM customers',
  'EXPLAIN QUERY PLAN UPDATE payroll SET note = 1',
  "ATTACH 'file:{dir}/helpdesk.db?mode=rwc' AS p",
  "ATTACH DATABASE 'file::memory:?cache=shared' AS p KEY 'x'",
  'VACUUM temp',
  'ROLLBACK TO s',
])

const PRAGMAS = all('no_pragma', [
  'PRAGMA database_list',
  'PRAGMA query_only = OFF',
  'PRAGMA writable_schema = ON',
  'PRAGMA trusted_schema = ON',
  "PRAGMA temp_store_directory = '{dir}'",
  'PRAGMA table_info(customers)',
  'PRAGMA main.journal_mode = WAL',
  'PRAGMA temp.table_info(customers)',
  'PRAGMA foreign_keys(0)',
  "PRAGMA key = 'x'",
  'PRAGMA integrity_check',
])

const SECOND_STATEMENTS: Attack[] = [
  ...all('one_statement', [
    'SELECT 1; DROP TABLE payroll',
    'SELECT 1; SELECT 2',
    'SELECT 1 /* ; */ ; /* x */ PRAGMA query_only = OFF',
    "SELECT 1;\nATTACH '{dir}/pwned.db' AS p -- end",
    'SELECT 1; gibberish',
    "SELECT ';' ; VACUUM INTO '{dir}/pwned.db'",
    'SELECT 1;)',
    'VALUES (1); DELETE FROM customers',
    'WITH x AS (SELECT 1) SELECT * FROM x; COMMIT; DROP TABLE customers',
  ]),
  { sql: 'COMMIT; DROP TABLE payroll', expect: 'select_only' },
  { sql: 'SELECT 1\0; DROP TABLE payroll', expect: 'plain_text' },
  { sql: 'SELECT 1 -- \0\nFROM payroll', expect: 'plain_text' },
  { sql: "SELECT '\ud800'", expect: 'plain_text' },
  { sql: '; DROP TABLE payroll', expect: 'select_only' },
  { sql: '/* DROP TABLE payroll */', expect: 'sql_error' },
  { sql: `SELECT '${'x'.repeat(20_001)}'`, expect: 'invalid_arguments' },
  { sql: 'SELECT 1) UNION SELECT (SELECT note FROM payroll', expect: 'sql_error' },
  { sql: 'WITH x AS (DELETE FROM customers RETURNING *) SELECT * FROM x', expect: 'sql_error' },
]

const CATALOGS = all('no_catalog', [
  'SELECT * FROM sqlite_master',
  'SELECT sql FROM sqlite_schema',
  'SELECT sql FROM sqlite_temp_master',
  'SELECT sql FROM temp.sqlite_schema',
  'SELECT count(*) FROM main.sqlite_master',
  'SELECT 1 FROM sqlite_temp_schema',
  'SELECT * FROM sqlite_stat1',
  'WITH customers AS (SELECT sql AS ssn FROM temp.sqlite_schema) SELECT ssn FROM customers',
  'SELECT (SELECT group_concat(sql) FROM temp.sqlite_master)',
  'SELECT 1 WHERE EXISTS (SELECT 1 FROM sqlite_master)',
  "SELECT * FROM pragma_table_info('customers')",
  "SELECT 1 FROM pragma_table_info('customers')",
  "SELECT count(*) FROM pragma_table_info('payroll')",
  'SELECT file FROM pragma_database_list',
  'SELECT * FROM pragma_table_list',
  'SELECT count(*) FROM pragma_function_list',
  'SELECT * FROM pragma_compile_options',
  'SELECT * FROM customers, pragma_database_list',
  'SELECT * FROM dbstat',
  'SELECT count(*) FROM dbstat',
  'SELECT count(*) FROM SQLITE_MASTER',
  'SELECT 1 FROM Pragma_Database_List',
  'SELECT count(*) FROM sqlite_stat1',
  'SELECT count(*) FROM fts3tokenize',
  'WITH pragma_x AS MATERIALIZED (SELECT 1) SELECT count(*) FROM pragma_x',
  "SELECT * FROM dbstat('temp')",
  "SELECT * FROM fts3tokenize('simple', 'a b')",
  'SELECT 1 FROM customers LEFT JOIN sqlite_temp_master ON 1',
  'SELECT (SELECT count(*) FROM pragma_index_list(name)) FROM customers',
  "SELECT * FROM pragma_table_xinfo('customers')",
  'WITH t AS (SELECT * FROM sqlite_schema) SELECT * FROM t',
  'SELECT name FROM customers UNION ALL SELECT sql FROM sqlite_master',
])

const FUNCTIONS = all('allowed_functions', [
  "SELECT load_extension('{dir}/canary.txt')",
  "SELECT fts3_tokenizer('simple')",
  "SELECT fts3_tokenizer('simple', x'00')",
  'SELECT sqlite_source_id()',
  'SELECT sqlite_compileoption_get(1)',
  "SELECT sqlite_log(1, 'x')",
  'SELECT last_insert_rowid()',
  'SELECT total_changes()',
  'SELECT randomblob(10)',
  'SELECT zeroblob(100000000)',
  'SELECT fts5_source_id()',
  "SELECT rtreecheck('customers')",
  'SELECT geopoly_debug(1)',
  "SELECT count(*) FROM customers WHERE load_extension('x') IS NULL",
  "SELECT * FROM json_each(jsonb('[1]'))",
  'SELECT changes()',
  "SELECT matchinfo('x')",
  'SELECT name FROM customers ORDER BY load_extension(name)',
  'SELECT count(*) FILTER (WHERE randomblob(1) IS NULL) FROM customers',
])

const NAMES: Attack[] = [
  ...all('sql_error', [
    "SELECT readfile('{dir}/canary.txt')",
    "SELECT writefile('{dir}/pwned', 'x')",
    "SELECT edit('x')",
    'SELECT * FROM everything',
    'SELECT * FROM main.everything',
    'SELECT * FROM main.customers',
    'SELECT ssn FROM s_0.customers',
    'SELECT * FROM sqlite_dbpage',
    "SELECT * FROM bytecode('SELECT 1')",
    'SELECT * FROM sqlite_stmt',
    'SELECT * FROM generate_series(1, 1000000000)',
    'SELECT rowid FROM customers',
    'SELECT _rowid_, oid FROM employees',
    'SELECT customers.birth_date2 FROM customers',
    'SELECT * FROM customers INDEXED BY sqlite_autoindex_customers_1',
    'WITH customers AS (SELECT * FROM customers) SELECT * FROM customers',
    'WITH payroll AS (SELECT * FROM main.payroll) SELECT * FROM payroll',
    'SELECT h_0(ssn) FROM customers',
  ]),
]

const BOMBS: Attack[] = [
  ...all('sql_error', [
    "SELECT printf('%.*c', 100000000, 'x')",
    "SELECT hex(printf('%.*c', 900000, 'x'))",
    "SELECT replace(printf('%.*c', 900000, 'x'), 'x', 'yyyyyyyyyy')",
    'SELECT group_concat(a.body || b.body) FROM ticket_messages a, ticket_messages b WHERE a.id < 200',
    `SELECT ${'abs('.repeat(900)}1${')'.repeat(900)}`,
    `SELECT ${'1+'.repeat(600)}1`,
    Array(80).fill('SELECT 1').join(' UNION ALL '),
    `SELECT ${Array(300).fill('1').join(', ')}`,
    `SELECT ${Array(1_500).fill('1').join(', ')}`,
    `SELECT 'x' LIKE '${'%a'.repeat(2_000)}'`,
  ]),
]

/** Attacks whose outcome does not depend on the role. */
export const ATTACKS: readonly Attack[] = [
  ...WRITES,
  ...ESCAPES,
  ...PRAGMAS,
  ...SECOND_STATEMENTS,
  ...CATALOGS,
  ...FUNCTIONS,
  ...NAMES,
  ...BOMBS,
]

/** Attacks on what a role may not see; for the roles that do not see it, they fail or tell nothing. */
export const PROBES: readonly string[] = [
  'SELECT * FROM payroll',
  'SELECT note FROM main.payroll',
  'SELECT nosuch FROM payroll',
  'SELECT count(*) FROM payroll',
  'SELECT 1 FROM payroll LIMIT 1',
  'SELECT * FROM customers WHERE id = 1',
  'SELECT salary_cents FROM employees',
  'SELECT max(salary_cents) FROM employees',
  'SELECT id FROM employees WHERE salary_cents = 987654321',
  'SELECT id FROM employees ORDER BY salary_cents DESC LIMIT 1',
  'SELECT birth_date FROM customers WHERE id = 1',
  "SELECT json_object('b', birth_date) FROM customers WHERE id = 1",
  'SELECT CAST(ssn AS BLOB) FROM customers WHERE id = 1',
  'SELECT hex(ssn) FROM customers WHERE id = 1',
  'SELECT unicode(substr(ssn, 1)) FROM customers WHERE id = 1',
  'SELECT group_concat(ssn) FROM customers',
  'SELECT json_group_array(json_array(name, email, phone, street)) FROM customers',
  'SELECT * FROM employees WHERE id = 60',
  'SELECT e.* FROM tickets t LEFT JOIN employees e ON e.id = t.assignee_id',
  "SELECT * FROM ticket_messages WHERE body LIKE 'CANARY%'",
  'SELECT * FROM ticket_messages WHERE internal = 1',
  'SELECT * FROM (SELECT * FROM customers) WHERE id = 1',
  'WITH c AS MATERIALIZED (SELECT * FROM customers) SELECT * FROM c WHERE id = 1',
  'SELECT a.* FROM customers a NATURAL JOIN customers b WHERE a.id = 1',
  'SELECT * FROM customers a FULL JOIN customers b USING (id) WHERE id = 1',
  'SELECT c.ssn FROM customers c UNION SELECT body FROM ticket_messages',
  'SELECT email FROM customers GROUP BY email HAVING min(id) = 1',
  'SELECT first_value(email) OVER (ORDER BY id), last_value(street) OVER (ORDER BY id DESC) FROM customers',
  "SELECT json_extract('{}', ssn) FROM customers WHERE id = 1",
  'SELECT json(street) FROM customers WHERE id = 1',
]
