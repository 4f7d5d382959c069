/** Reads one SELECT with PostgreSQL's own parser and refuses everything that no rule allows; what is left names its relations and parameters. */
import { QueryFailure } from '../query-failure.ts'
import { TYPE_FUNCTION } from './allowed-names.ts'
import { boundExpansion } from './bound-expansion.ts'
import { checkNode, type GuardRules } from './check-node.ts'
import { refuse } from './refuse.ts'
import type { SqlParser, SyntaxNode } from './sql-parser.ts'
import { namesOf, toNames } from './syntax-names.ts'
import { SYNTAX, type Syntax } from './syntax-rules.ts'
import { walkSyntax } from './walk-syntax.ts'

/** A relation of the FROM clause that is not a name of the statement's own. */
export interface RelationUse {
  /** `{ RangeVar: node }`: another node can be put in the place of it. */
  holder: SyntaxNode
  schema: string | undefined
  name: string
  alias: { aliasname: string; colnames?: SyntaxNode[] } | undefined
}

/** A reference to a column: the last name, and the names before it. */
export interface ColumnUse {
  node: { fields: SyntaxNode[] }
  path: string[]
}

/** A SELECT that passed every rule. */
export interface GuardedStatement {
  /** `{ SelectStmt: … }` */
  tree: SyntaxNode
  relations: RelationUse[]
  columns: ColumnUse[]
  /** Columns that are used by their place or by being called alike, without a name in the text. */
  usesUnnamedColumns: boolean
  /** Numbers of the parameters. */
  parameters: Set<number>
}

const WITH_STATEMENTS = new Set(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt'])

/** Names that WITH gave to subqueries, as far as they are seen here. */
type OwnNames = Set<string>

/** @throws {QueryFailure} `refused` with the rule, `sql` for a syntax error */
export function guardStatement(parser: SqlParser, sql: string, rules: GuardRules): GuardedStatement {
  const tree = parseOne(parser, sql)
  const kind = Object.keys(tree)[0]!
  if (kind !== 'SelectStmt') refuse('select_only', `The statement is ${wordsOf(kind)}, not a SELECT.`)
  return guardTree({ tree, syntax: SYNTAX }, rules)
}

/** The one statement of a text. */
export function parseOne(parser: SqlParser, sql: string): SyntaxNode {
  if (sql.includes('\0')) refuse('plain_text', 'The text contains a NUL character.')
  if (!sql.isWellFormed()) refuse('plain_text', 'The text is not valid Unicode.')
  const statements = parser.parse(sql)
  if (statements.length === 0) throw new QueryFailure('sql', 'The text contains no statement')
  if (statements.length > 1) refuse('one_statement', `The text has ${statements.length} statements.`)
  return statements[0]!
}

/** `CREATE TABLE AS` for `CreateTableAsStmt`. */
export function wordsOf(nodeType: string): string {
  return nodeType
    .replace(/Stmt$/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase()
}

/** Checks a tree that is already parsed. */
export function guardTree(root: { tree: SyntaxNode; syntax: Syntax }, rules: GuardRules): GuardedStatement {
  const { tree } = root
  const found: GuardedStatement = {
    tree,
    relations: [],
    columns: [],
    usesUnnamedColumns: false,
    parameters: new Set(),
  }
  walkSyntax<OwnNames>(root, new Set(), ({ type, node, holder, context, children }) => {
    checkNode(type, node, rules)
    collect(found, { type, node, holder, own: context })
    if (WITH_STATEMENTS.has(type)) {
      const own = new Set(context)
      children(own, (field) => field === 'withClause')
      children(own, (field) => field !== 'withClause')
    } else if (type === 'WithClause') {
      if (node.recursive) for (const cte of node.ctes as SyntaxNode[]) context.add(nameOfCte(cte))
      children(context)
    } else if (type === 'CommonTableExpr') {
      children(new Set(context))
      context.add(String(node.ctename))
    } else children(context)
    if (type === 'FuncCall' && holder && namesOf(node.funcname).at(-1) === TYPE_FUNCTION) tellAsText(holder)
  })
  boundExpansion(tree, rules.params)
  return found
}

/** Beside the name of a type every text would be looked up among the types, those of hidden tables too. */
function tellAsText(holder: SyntaxNode): void {
  const { FuncCall } = holder
  delete holder.FuncCall
  holder.TypeCast = { arg: { FuncCall }, typeName: { names: toNames(['text']), typemod: -1 } }
}

function nameOfCte(holder: SyntaxNode): string {
  return String((holder.CommonTableExpr as SyntaxNode | undefined)?.ctename)
}

function collect(
  found: GuardedStatement,
  { type, node, holder, own }: { type: string; node: SyntaxNode; holder: SyntaxNode | undefined; own: OwnNames },
): void {
  if (type === 'RangeVar') {
    const { schemaname: schema, relname: name, alias } = node as { schemaname?: string; relname: string; alias?: never }
    // The table that a statement changes stands where only a table can.
    if (holder && (schema !== undefined || !own.has(name))) found.relations.push({ holder, schema, name, alias })
  } else if (type === 'ColumnRef') {
    const { fields } = node as { fields: SyntaxNode[] }
    if (fields.some((field) => 'A_Star' in field)) found.usesUnnamedColumns = true
    else found.columns.push({ node: node as { fields: SyntaxNode[] }, path: namesOf(fields) })
  } else if (type === 'JoinExpr') {
    for (const name of namesOf(node.usingClause)) found.columns.push({ node: { fields: [] }, path: [name] })
    // A join with a name is a row of all its columns.
    if (node.isNatural || node.alias) found.usesUnnamedColumns = true
  } else if (type === 'ParamRef') found.parameters.add(Number(node.number ?? 0))
}
