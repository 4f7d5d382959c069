/** Checks the names that a node of a SELECT carries: functions, operators, types, collations, fields, relations. */
import type { ParameterValue } from '../query-engine.ts'
import { QueryFailure } from '../query-failure.ts'
import {
  ALLOWED_FIELDS,
  ALLOWED_FUNCTIONS,
  ALLOWED_OPERATORS,
  ALLOWED_TYPES,
  ALLOWED_VALUE_FUNCTIONS,
} from './allowed-names.ts'
import { refuse } from './refuse.ts'
import type { SyntaxNode } from './sql-parser.ts'
import { namesOf } from './syntax-names.ts'

/** What the rules depend on besides the statement. */
export interface GuardRules {
  /** Schemas of the source. */
  schemas: readonly string[]
  /** Names of functions of the database that do more than compute, which a field of that name would call. */
  callableFields: ReadonlySet<string>
  /** Names of the source's own functions and types, where its schemas are searched for them. */
  ownNames: ReadonlySet<string>
  /** Values of `$1`, `$2`, …, where they are known. */
  params: readonly ParameterValue[] | undefined
}

const CATALOG = 'pg_catalog'

/** @throws {QueryFailure} `refused` with the rule */
export function checkNode(type: string, node: SyntaxNode, rules: GuardRules): void {
  CHECKS[type]?.(node, rules)
}

const CHECKS: Readonly<Record<string, (node: SyntaxNode, rules: GuardRules) => void>> = {
  SelectStmt(node) {
    if ('intoClause' in node)
      refuse('select_only', 'SELECT INTO makes a table.', 'Leave INTO out; WITH names a result inside the statement.')
    if (node.limitOption === 'LIMIT_OPTION_WITH_TIES')
      refuse('allowed_syntax', 'FETCH … WITH TIES is not allowed.', 'Filter by rank() OVER (ORDER BY …) in a subquery.')
    if ('lockingClause' in node)
      refuse('no_locking', 'FOR UPDATE and FOR SHARE lock rows.', 'Leave the locking clause out.')
  },
  CommonTableExpr({ ctename, ctequery }) {
    if (!('SelectStmt' in (ctequery as SyntaxNode)))
      refuse('select_only', `WITH "${ctename}" does more than read.`, 'Only SELECT may stand in WITH.')
    // Where a name of WITH is not seen, PostgreSQL would look for it in its catalog.
    if (/^pg_/i.test(String(ctename)))
      refuse('no_catalog', `"${ctename}" is a name of the catalog.`, 'Give it a name that does not begin with pg_.')
  },
  JoinExpr({ usingClause }) {
    for (const name of namesOf(usingClause)) refuseSystemColumn(name)
  },
  RangeVar(node, { schemas }) {
    const { catalogname, schemaname, relname } = node
    if (catalogname === undefined && (schemaname === undefined || schemas.includes(String(schemaname)))) return
    const name = [catalogname, schemaname, relname].filter(Boolean).join('.')
    refuse('no_catalog', `"${name}" is not a table of this database.`)
  },
  FuncCall({ funcname }) {
    const name = catalogName(namesOf(funcname))
    if (name === undefined || !ALLOWED_FUNCTIONS.has(name))
      refuse('allowed_functions', `The function ${namesOf(funcname).join('.')} is not allowed.`)
  },
  SQLValueFunction({ op }) {
    if (!ALLOWED_VALUE_FUNCTIONS.has(String(op)))
      refuse('allowed_functions', `The function ${String(op).replace('SVFOP_', '').toLowerCase()} is not allowed.`)
  },
  A_Expr: ({ name }) => checkOperator(name),
  SubLink: ({ operName }) => checkOperator(operName),
  SortBy: ({ useOp }) => checkOperator(useOp),
  TypeName(node) {
    const name = catalogName(namesOf(node.names))
    if (name === undefined || !ALLOWED_TYPES.has(name))
      refuse(
        'allowed_types',
        `The type ${namesOf(node.names).join('.')} is not allowed.`,
        'Cast to a built-in type such as text, numeric, date, timestamptz or jsonb.',
      )
  },
  CollateClause({ collname }) {
    if (catalogName(namesOf(collname)) === undefined)
      refuse(
        'no_catalog',
        `The collation ${namesOf(collname).join('.')} is not one of PostgreSQL's own.`,
        'Use COLLATE "C" or leave it out.',
      )
  },
  ColumnRef({ fields }, rules) {
    const path = namesOf(fields)
    refuseSystemColumn(path.at(-1))
    if (path.length > 1) checkField(path.at(-1)!, rules)
    if (path.length > 3 || (path.length === 3 && !rules.schemas.includes(path[0]!)))
      refuse('no_catalog', `"${path.join('.')}" is not a column of this database.`, 'Write table.column.')
  },
  A_Indirection({ indirection }, rules) {
    for (const name of namesOf(indirection)) {
      refuseSystemColumn(name)
      checkField(name, rules)
    }
  },
}

/** The name alone, when nothing or `pg_catalog` stands before it: the search path of every session is `pg_catalog`. */
function catalogName(path: readonly string[]): string | undefined {
  if (path.length === 1) return path[0]
  return path.length === 2 && path[0] === CATALOG ? path[1] : undefined
}

const SYSTEM_COLUMNS = new Set(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid'])

/** They tell of how and when rows were written, and by which transaction. */
function refuseSystemColumn(name: string | undefined): void {
  if (name !== undefined && SYSTEM_COLUMNS.has(name)) throw new QueryFailure('sql', `no such column: ${name}`)
}

function checkOperator(list: unknown): void {
  const path = namesOf(list)
  if (path.length === 0) return
  const name = catalogName(path)
  if (name === undefined || !ALLOWED_OPERATORS.has(name))
    refuse(
      'allowed_operators',
      `The operator ${path.join('.')} is not allowed.`,
      "Use PostgreSQL's own operators, without OPERATOR().",
    )
}

/** PostgreSQL takes `x.f` for the call `f(x)` when x has no field f: `('/etc/passwd').pg_read_file` reads the file. */
function checkField(name: string, { callableFields, ownNames }: GuardRules): void {
  if (ownNames.has(name) || (callableFields.has(name) && !ALLOWED_FIELDS.has(name)))
    refuse(
      'allowed_functions',
      `The function ${name} is not allowed, not as a field either.`,
      'Write a column of this name without its table before it.',
    )
}
