/** Walks a syntax tree by the rules: default deny on every type of node and every field. */
import { QueryFailure } from '../query-failure.ts'
import type { SyntaxNode } from './sql-parser.ts'
import { type FieldKind, SYNTAX_ADVICE, type Syntax } from './syntax-rules.ts'

/** Looks at a node before its children; `children` walks them, in a context of its own if wanted. */
export type Visit<Context> = (step: {
  type: string
  node: SyntaxNode
  /** The object `{ type: node }`, for putting another node in its place; `undefined` where the type is fixed. */
  holder: SyntaxNode | undefined
  context: Context
  children(context: Context, only?: (field: string) => boolean): void
}) => void

const MAX_DEPTH = 250

/**
 * Walks a tree, node by node.
 * @param root.tree `{ type: node }`
 * @throws {QueryFailure} `refused` at the first node or field that no rule allows
 */
export function walkSyntax<Context>(
  { tree, syntax }: { tree: SyntaxNode; syntax: Syntax },
  context: Context,
  visit: Visit<Context>,
): void {
  walkHolder(tree, context, { visit, syntax, depth: 0 })
}

interface Walk<Context> {
  visit: Visit<Context>
  syntax: Syntax
  depth: number
}

function walkHolder<Context>(holder: SyntaxNode, context: Context, walk: Walk<Context>): void {
  for (const type of Object.keys(holder)) walkNode({ type, node: holder[type] as SyntaxNode, holder }, context, walk)
}

function walkNode<Context>(
  at: { type: string; node: SyntaxNode; holder: SyntaxNode | undefined },
  context: Context,
  walk: Walk<Context>,
): void {
  const fields = walk.syntax.get(at.type)
  if (!fields) throw refusedSyntax(at.type)
  if (walk.depth > MAX_DEPTH)
    throw new QueryFailure(
      'refused',
      `The statement is nested more than ${MAX_DEPTH} deep.`,
      'bounded_size',
      'Flatten it: IN (…) in place of chains, WITH in place of nested subqueries, long lists in params.',
    )
  const deeper = { ...walk, depth: walk.depth + 1 }
  walk.visit({
    ...at,
    context,
    children(inner, only) {
      for (const [field, value] of Object.entries(at.node)) {
        if (only && !only(field)) continue
        const kind = fields.get(field)
        if (kind === undefined) throw refusedSyntax(`${at.type}.${field}`)
        walkField(kind, value, { context: inner, walk: deeper })
      }
    },
  })
}

function walkField<Context>(
  kind: FieldKind,
  value: unknown,
  { context, walk }: { context: Context; walk: Walk<Context> },
): void {
  if (kind === 'value') return
  if (kind === 'nodes') {
    if (!Array.isArray(value)) throw refusedSyntax('list')
    for (const one of value) walkHolder(one as SyntaxNode, context, walk)
  } else if (kind === 'node') walkHolder(value as SyntaxNode, context, walk)
  else walkNode({ type: kind.type, node: value as SyntaxNode, holder: undefined }, context, walk)
}

function refusedSyntax(what: string): QueryFailure {
  return new QueryFailure(
    'refused',
    `The syntax ${what} is not allowed.`,
    'allowed_syntax',
    SYNTAX_ADVICE.get(what) ??
      'Write it as a plain SELECT with joins, WITH, subqueries, aggregates or window functions.',
  )
}
