/** Puts in the place of each table what the viewer may see of it, prints the statement anew, and makes sure that the print means the same. */
import { columnRule, rowFilter, tablePolicy } from '../../policy/source-policy.ts'
import type { PolicyEffect } from '../query-engine.ts'
import { QueryFailure } from '../query-failure.ts'
import type { GuardedStatement, RelationUse } from './guard-statement.ts'
import { HASH_PARAMETERS } from './mask-expression.ts'
import { isReadAlone, isSeenWhole, type Lens, policySelect, visibleColumns } from './policy-select.ts'
import type { BaseColumn, BaseSchema, BaseTable } from './read-base-schema.ts'
import { refuse } from './refuse.ts'
import { isSameSyntax } from './same-syntax.ts'
import type { SqlParser, SyntaxNode } from './sql-parser.ts'

/** A statement that can be run as it is. */
export interface RunnableStatement extends PolicyEffect {
  text: string
  /** How many parameters are the caller's own. */
  parameterCount: number
  /** The two parameters behind the caller's are the keys of the hash mask. */
  needsHashKey: boolean
  /** Tables that it reads, by name. */
  tables: string[]
}

/**
 * Changes the tree of `statement`.
 * @throws {QueryFailure} `sql` for a table that does not exist for the viewer, `refused` when the print would mean something else
 */
export function rewriteStatement(
  parser: SqlParser,
  statement: GuardedStatement,
  { base, lens }: { base: BaseSchema; lens: Lens },
): RunnableStatement {
  const parameterCount = countParameters(statement.parameters)
  const tables = new Set<string>()
  const masked = new Set<string>()
  let needsHashKey = false
  shortenColumns(statement)
  for (const relation of statement.relations) {
    const table = findTable(base, relation, lens)
    tables.add(table.name)
    if (isSeenWhole(table, lens)) {
      nameTable(relation, table, lens)
      continue
    }
    const used = usedColumns(table, relation, { statement, lens })
    for (const column of used.named)
      if (columnRule(tablePolicy(lens.policy, table.name), column.name, lens.viewer.role) !== 'open')
        masked.add(`${table.name}.${column.name}`)
    const subquery = parser.parse(policySelect(table, used.shown, lens))[0]!
    needsHashKey = numberHashParameters(subquery, parameterCount) || needsHashKey
    replaceRelation(relation, subquery)
  }
  const names = [...tables].sort()
  return {
    text: printSame(parser, statement.tree),
    parameterCount,
    needsHashKey,
    tables: names,
    masked: [...masked].sort(),
    rowFiltered: names.filter((name) => rowFilter(tablePolicy(lens.policy, name), lens.viewer.role)),
  }
}

/** @throws {QueryFailure} `refused` by the rule `allowed_syntax` */
export function printSame(parser: SqlParser, tree: SyntaxNode): string {
  let text: string
  try {
    text = parser.print(tree)
    const again = parser.parse(text)
    if (again.length === 1 && isSameSyntax(tree, again[0])) return text
  } catch (error) {
    if (error instanceof QueryFailure && error.shape.rule === 'bounded_size') throw error
  }
  return refuse(
    'allowed_syntax',
    'The statement cannot be printed again without a change of its meaning.',
    'Write it more simply.',
  )
}

/** How many parameters the caller gives, when they are numbered without a gap. */
export function countParameters(used: ReadonlySet<number>): number {
  const count = Math.max(0, ...used)
  const missing = Array.from({ length: Math.min(count, 1_000) }, (_, i) => i + 1).find((number) => !used.has(number))
  if (missing === undefined && !used.has(0)) return count
  throw new QueryFailure('parameters', `Parameters are numbered from $1 without a gap; $${missing ?? 0} is not used.`)
}

/** `schema.table.column` becomes `table.column`: the subselect has the name of the table alone. */
function shortenColumns({ columns }: GuardedStatement): void {
  for (const { node, path } of columns) if (path.length === 3) node.fields = node.fields.slice(1)
}

/** @throws {QueryFailure} as if there were no such table, when the viewer sees nothing of it */
export function findTable(
  base: BaseSchema,
  { schema, name }: Pick<RelationUse, 'schema' | 'name'>,
  lens: Lens,
): BaseTable {
  const table = [...(schema === undefined ? [name] : [`${schema}.${name}`, name])]
    .map((one) => base.tables.get(one))
    .find((one) => one && (schema === undefined || one.schema === schema))
  if (table && visibleColumns(table, lens).length > 0) return table
  // The catalog has its own answer, the same whether the name exists or not.
  if (/^pg_/.test(name)) refuse('no_catalog', `"${name}" is not a table of this database.`)
  throw new QueryFailure('sql', `no such table: ${schema === undefined ? name : `${schema}.${name}`}`)
}

/** Columns without a use are left out, which says exactly what a statement reads; a subselect needs one at least. */
function usedColumns(
  table: BaseTable,
  { name, alias }: RelationUse,
  { statement, lens }: { statement: GuardedStatement; lens: Lens },
): { shown: BaseColumn[]; named: BaseColumn[] } {
  const visible = visibleColumns(table, lens)
  const own = alias?.aliasname ?? name
  const names = new Set(statement.columns.map(({ path }) => path.at(-1)!))
  const isWhole = ({ path }: { path: string[] }) =>
    path.length === 1 ? path[0] === own : path.at(-2) === own && !visible.some((column) => column.name === path.at(-1))
  const isAll = statement.usesUnnamedColumns || alias?.colnames !== undefined || statement.columns.some(isWhole)
  const named = isAll ? visible : visible.filter((column) => names.has(column.name))
  return { shown: named.length > 0 ? named : visible.slice(0, 1), named }
}

/** Behind the table's own name the database knows what its key determines. */
function nameTable({ holder }: RelationUse, table: BaseTable, lens: Lens): void {
  const node = holder.RangeVar as SyntaxNode
  Object.assign(node, { schemaname: table.schema, relname: table.relation })
  // What is false is not there.
  if (isReadAlone(table, lens)) delete node.inh
}

function replaceRelation({ holder, name, alias }: RelationUse, subquery: SyntaxNode): void {
  delete holder.RangeVar
  holder.RangeSubselect = { subquery, alias: alias ?? { aliasname: name } }
}

/** @returns whether there are any */
function numberHashParameters(node: unknown, after: number): boolean {
  if (typeof node !== 'object' || node === null) return false
  let found = false
  for (const [key, child] of Object.entries(node)) {
    const number = key === 'ParamRef' ? (child as { number?: number }).number : undefined
    if (number === HASH_PARAMETERS.inner || number === HASH_PARAMETERS.outer) {
      ;(child as { number: number }).number = number - HASH_PARAMETERS.inner + 1 + after
      found = true
    } else if (numberHashParameters(child, after)) found = true
  }
  return found
}
