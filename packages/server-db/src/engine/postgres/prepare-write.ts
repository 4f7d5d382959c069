/** From the text of an INSERT, UPDATE or DELETE to what is sent: guarded, held to what the policy lets the viewer write and read. */
import { columnRule, mayWrite, rowFilter, tablePolicy, type WriteAction } from '../../policy/source-policy.ts'
import { QueryFailure } from '../query-failure.ts'
import type { TransactionStatement } from '../transaction.ts'
import type { BoundValue } from './db-client.ts'
import { type GuardedStatement, guardTree, parseOne, wordsOf } from './guard-statement.ts'
import type { Lens } from './policy-select.ts'
import { bindValues, rulesOf } from './prepare-statement.ts'
import type { BaseSchema, BaseTable } from './read-base-schema.ts'
import { refuse } from './refuse.ts'
import { findTable, rewriteStatement } from './rewrite-statement.ts'
import type { SqlParser, SyntaxNode } from './sql-parser.ts'
import { namesOf, toNames } from './syntax-names.ts'
import { WRITE_SYNTAX } from './syntax-rules.ts'

/** A write that can be run as it is. */
export interface PreparedWrite {
  text: string
  values: readonly BoundValue[]
  table: BaseTable
  action: WriteAction
  /** The columns that an INSERT gives values for; all of them when it names none. */
  given: ReadonlySet<string>
}

const ACTIONS: Readonly<Record<string, WriteAction>> = {
  InsertStmt: 'insert',
  UpdateStmt: 'update',
  DeleteStmt: 'delete',
}

interface WriteNode {
  relation: { schemaname?: string; relname: string; alias?: { aliasname: string } }
  cols?: SyntaxNode[]
  targetList?: SyntaxNode[]
  selectStmt?: SyntaxNode
  onConflictClause?: { action: string; targetList?: SyntaxNode[] }
}

/** @throws {QueryFailure} */
export function prepareWrite(
  parser: SqlParser,
  { sql, params }: TransactionStatement,
  { base, lens }: { base: BaseSchema; lens: Lens },
): PreparedWrite {
  const tree = parseOne(parser, sql)
  const kind = Object.keys(tree)[0]!
  const action = ACTIONS[kind]
  if (!action) refuse('write_only', `The statement is ${wordsOf(kind)}; it changes no rows.`)
  const node = tree[kind] as WriteNode
  const guarded = guardTree({ tree, syntax: WRITE_SYNTAX }, { ...rulesOf(base, params), ownNames: base.ownNames })
  const { relname: name, schemaname: schema } = node.relation
  const table = findTable(base, { schema, name }, lens)
  judgeTarget(node, { table, action, lens })
  judgeReads(guarded, { table, alias: node.relation.alias?.aliasname ?? name, lens })
  // Without its schema the table would be looked for in the catalog first.
  Object.assign(node.relation, { schemaname: table.schema, relname: table.relation })
  qualifyFunctions(tree)
  const runnable = rewriteStatement(parser, guarded, { base, lens })
  if (runnable.masked.length > 0 || runnable.rowFiltered.length > 0)
    refuse(
      'write_allow_list',
      `A write may not read ${[...runnable.masked, ...runnable.rowFiltered].join(', ')} as your role sees it.`,
    )
  return {
    text: runnable.text,
    values: bindValues(params, runnable.parameterCount),
    table,
    action,
    given: givenColumns(node, table),
  }
}

function judgeTarget(
  node: WriteNode,
  { table, action, lens }: { table: BaseTable; action: WriteAction; lens: Lens },
): void {
  const { policy, viewer } = lens
  const rules = tablePolicy(policy, table.name)
  const actions = node.onConflictClause?.action === 'ONCONFLICT_UPDATE' ? [action, 'update' as const] : [action]
  const denied = actions.find((one) => !mayWrite(rules, one, viewer.role))
  // Who does not see all rows must not change those unseen.
  if (denied || table.kind === 'view' || rowFilter(rules, viewer.role))
    refuse('write_allow_list', `Your role may not ${denied ?? action} rows of ${table.name}.`)
  const isUpdate = action === 'update'
  const set = [...(isUpdate ? (node.targetList ?? []) : []), ...(node.onConflictClause?.targetList ?? [])].map(nameOf)
  const written = new Set([...set, ...(action === 'insert' ? givenColumns(node, table) : [])])
  const closed = [...written].find((column) => columnRule(rules, column, viewer.role) !== 'open')
  if (closed !== undefined) refuse('write_allow_list', `Your role may not write ${table.name}.${closed}.`)
}

/** Of the table it changes, a statement reads the rows as they are: nothing masked or hidden may be among what it names. */
function judgeReads(
  { columns, usesUnnamedColumns }: GuardedStatement,
  { table, alias, lens }: { table: BaseTable; alias: string; lens: Lens },
): void {
  const rules = tablePolicy(lens.policy, table.name)
  const isClosed = (column: string) => columnRule(rules, column, lens.viewer.role) !== 'open'
  const closed = table.columns.map(({ name }) => name).filter(isClosed)
  if (closed.length === 0) return
  const named = columns.map(({ path }) => path.at(-1)!).find((name) => closed.includes(name))
  const isWhole = columns.some(({ path }) =>
    path.length === 1
      ? path[0] === alias
      : path.at(-2) === alias && !table.columns.some(({ name }) => name === path.at(-1)),
  )
  if (named === undefined && !isWhole && !usesUnnamedColumns) return
  // A column that is hidden is told of like one that does not exist.
  if (named !== undefined && columnRule(rules, named, lens.viewer.role) === 'hidden')
    throw new QueryFailure('sql', `no such column: ${named}`)
  refuse(
    'write_allow_list',
    `A write may not read ${table.name}.${named ?? '*'} as your role sees it.`,
    'Name the columns that it reads.',
  )
}

/** Behind `pg_catalog` a write session finds the schemas of the source, for its triggers. */
function qualifyFunctions(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, child] of Object.entries(value)) {
    qualifyFunctions(child)
    const names = key === 'FuncCall' ? namesOf((child as SyntaxNode).funcname) : []
    if (names.length === 1) (child as SyntaxNode).funcname = toNames(['pg_catalog', ...names])
  }
}

function givenColumns({ cols, selectStmt }: WriteNode, table: BaseTable): ReadonlySet<string> {
  if (cols) return new Set(cols.map(nameOf))
  return new Set(selectStmt ? table.columns.map(({ name }) => name) : [])
}

function nameOf(holder: SyntaxNode): string {
  return String((holder.ResTarget as SyntaxNode | undefined)?.name)
}
