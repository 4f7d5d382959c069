/** Statements that nobody wrote: grown from a grammar of reading and writing SQL, or made of pieces of the corpora. */
import fc from 'fast-check'
import { ATTACKS, PROBES } from './attack-corpus.ts'
import { BENIGN_QUERIES } from './benign-corpus.ts'

const TABLES = [
  'customers',
  'tickets',
  'ticket_messages',
  'employees',
  'payroll',
  'sqlite_schema',
  'main.customers',
  'temp.sqlite_schema',
  'pragma_table_list',
  'everything',
  'x',
]
const COLUMNS = [
  'id',
  'ssn',
  'email',
  'salary_cents',
  'body',
  'internal',
  'note',
  'rowid',
  '*',
  'c.phone',
  '"birth_date"',
  '[street]',
]
const FUNCTIONS = [
  'count',
  'max',
  'json_array',
  'load_extension',
  'hex',
  'randomblob',
  'printf',
  'group_concat',
  'fts3_tokenizer',
  'abs',
  'zeroblob',
  'coalesce',
  'sqlite_version',
]
const LITERALS = ['1', "'x'", 'NULL', '$1', '?', "x'00'", '9223372036854775808', '-1', "''", 'TRUE', '1e999']
const OPERATORS = [
  '=',
  '<>',
  '<',
  '||',
  '+',
  '/',
  'IS',
  'LIKE',
  'GLOB',
  'AND',
  'OR',
  '->>',
  'IN',
  'COLLATE',
  'MATCH',
  'REGEXP',
]
const GAPS = [' ', '\n', '\t', ' /* ; */ ', ' -- x\n', '  ']

const oneOf = (texts: readonly string[]) => fc.constantFrom(...texts)
const join = (...parts: (string | fc.Arbitrary<string>)[]) =>
  fc.tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part))).map((texts) => texts.join(''))

const { statement } = fc.letrec<{ expression: string; source: string; select: string; statement: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'sql' },
    oneOf(LITERALS),
    oneOf(COLUMNS),
    join(oneOf(FUNCTIONS), '(', tie('expression'), ')'),
    join('(', tie('select'), ')'),
    join(tie('expression'), ' ', oneOf(OPERATORS), oneOf(GAPS), tie('expression')),
    join('CASE WHEN ', tie('expression'), ' THEN ', tie('expression'), ' END'),
    join(oneOf(FUNCTIONS), '(', oneOf(COLUMNS), ') OVER (ORDER BY ', tie('expression'), ')'),
    join('CAST(', tie('expression'), ' AS BLOB)'),
    join('EXISTS (', tie('select'), ')'),
  ),
  source: fc.oneof(
    { maxDepth: 2, depthIdentifier: 'sql' },
    oneOf(TABLES),
    join(oneOf(TABLES), ' c'),
    join('(', tie('select'), ') c'),
    join(oneOf(TABLES), ' NATURAL JOIN ', oneOf(TABLES)),
    join(oneOf(TABLES), ' JOIN ', oneOf(TABLES), ' USING (', oneOf(COLUMNS), ')'),
    join('json_each(', tie('expression'), ')'),
  ),
  select: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'sql' },
    join('SELECT ', tie('expression'), ' FROM ', tie('source'), ' LIMIT 20'),
    join('SELECT ', tie('expression'), oneOf(GAPS), 'FROM ', tie('source'), ' WHERE ', tie('expression'), ' LIMIT 20'),
    join('SELECT ', tie('expression'), ' FROM ', tie('source'), ' GROUP BY ', tie('expression'), ' LIMIT 20'),
    join(tie('select'), ' UNION ', tie('select')),
    join('WITH c AS (', tie('select'), ') SELECT * FROM c LIMIT 20'),
    join('VALUES (', tie('expression'), ')'),
  ),
  statement: fc.oneof(
    { weight: 6, arbitrary: tie('select') },
    join('INSERT INTO ', oneOf(TABLES), ' ', tie('select')),
    join('UPDATE ', oneOf(TABLES), ' SET ', oneOf(COLUMNS), ' = ', tie('expression'), ' RETURNING ', oneOf(COLUMNS)),
    join('DELETE FROM ', oneOf(TABLES), ' WHERE ', tie('expression')),
    join('WITH c AS (', tie('select'), ') DELETE FROM ', oneOf(TABLES), ' RETURNING *'),
    join(
      oneOf([
        'EXPLAIN ',
        'EXPLAIN QUERY PLAN ',
        'CREATE TEMP TABLE y AS ',
        'CREATE VIEW y AS ',
        'VACUUM INTO ',
        'PRAGMA ',
      ]),
      tie('select'),
    ),
    join(tie('select'), oneOf([';', '; ', ';--', ';/**/', '\0', ')', ';;']), tie('statement')),
  ),
}))

const PIECES = [...ATTACKS.map(({ sql }) => sql), ...PROBES, ...BENIGN_QUERIES]
  .filter((sql) => sql.length < 500)
  .map((sql) => sql.split(/(?<=\s)/))

/** The beginning of one, the middle of another and the end of a third. */
const spliced = fc
  .tuple(fc.constantFrom(...PIECES), fc.constantFrom(...PIECES), fc.constantFrom(...PIECES), fc.nat(20), fc.nat(20))
  .map(([a, b, c, i, j]) => [...a.slice(0, i), ...b.slice(j, j + 4), ...c.slice(i)].join(''))

/** Any of both. */
export const anyStatement: fc.Arbitrary<string> = fc.oneof(
  { weight: 2, arbitrary: statement },
  { weight: 1, arbitrary: spliced },
)
