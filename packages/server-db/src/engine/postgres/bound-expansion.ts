/** Bounds the functions that make much out of little: repeat, padding, series, filled arrays, padded formats. */
import type { ParameterValue } from '../query-engine.ts'
import { refuse } from './refuse.ts'
import type { SyntaxNode } from './sql-parser.ts'
import { namesOf } from './syntax-names.ts'

/** Most of what one call may make, in characters or elements. */
const MAX_OF_ONE = 1_000_000
/** Most of what the calls of a statement may make together, each for each of the others. */
const MAX_TOGETHER = 10_000_000
/** Where a column tells how much, the rest is cut off. */
const MAX_BY_COLUMN = 10_000

/** The place of the argument that tells how much. */
const AMOUNT_AT: Readonly<Record<string, number>> = { repeat: 1, lpad: 1, rpad: 1 }
const EXPANSIONS: ReadonlySet<string> = new Set([...Object.keys(AMOUNT_AT), 'array_fill', 'format', 'generate_series'])

interface Budget {
  together: number
  params: readonly ParameterValue[] | undefined
}

/**
 * Refuses what would make too much, and gives calls whose amount is a column's an upper bound.
 * @throws {QueryFailure} `bounded_size`
 */
export function boundExpansion(tree: unknown, params: readonly ParameterValue[] | undefined): void {
  visit(tree, undefined, { together: 1, params })
}

function visit(value: unknown, inside: string | undefined, budget: Budget): void {
  if (Array.isArray(value)) for (const one of value) visit(one, inside, budget)
  else if (typeof value === 'object' && value !== null)
    for (const [key, child] of Object.entries(value))
      visit(child, key === 'FuncCall' ? (boundCall(child as SyntaxNode, inside, budget) ?? inside) : inside, budget)
}

/** @returns the name, when the call is an expansion */
function boundCall(call: SyntaxNode, inside: string | undefined, budget: Budget): string | undefined {
  const name = namesOf(call.funcname).at(-1) ?? ''
  if (!EXPANSIONS.has(name)) return undefined
  const args = (call.args ?? []) as SyntaxNode[]
  const amount = amountOf(name, args, budget.params)
  if (inside !== undefined && amount !== 1)
    refuse('bounded_size', `${name} stands inside ${inside}.`, 'Use one of them, or a plain constant.')
  if (amount > MAX_OF_ONE)
    refuse(
      'bounded_size',
      `${name} would make more than ${MAX_OF_ONE}.`,
      `Write a constant of at most ${MAX_OF_ONE} as the amount.`,
    )
  budget.together *= Math.max(1, amount)
  if (budget.together > MAX_TOGETHER)
    refuse(
      'bounded_size',
      `The calls of ${[...EXPANSIONS].join(', ')} together would make more than ${MAX_TOGETHER}.`,
      'Ask for less at a time.',
    )
  return amount === 1 ? undefined : name
}

function amountOf(name: string, args: SyntaxNode[], params: Budget['params']): number {
  if (name === 'generate_series') return seriesLength(args.map((arg) => constantOf(arg, params)))
  if (name === 'format') return formatWidth(args[0])
  if (name === 'array_fill') return arraySize(args[1], params)
  const at = AMOUNT_AT[name]!
  const arg = args[at]
  const constant = constantOf(arg, params)
  if (constant !== undefined) return Math.abs(constant)
  if (arg) args[at] = atMost(arg)
  return MAX_BY_COLUMN / 10
}

function seriesLength([start, stop, step = 1]: (number | undefined)[]): number {
  if (start === undefined || stop === undefined || step === 0) return 1
  return Math.max(1, Math.floor((stop - start) / step) + 1)
}

function formatWidth(arg: SyntaxNode | undefined): number {
  const text = ((arg?.A_Const as SyntaxNode | undefined)?.sval as SyntaxNode | undefined)?.sval
  if (text === undefined)
    refuse(
      'bounded_size',
      'The pattern of format is not a constant.',
      'Write the pattern as a constant, or use concat.',
    )
  if (/%[^a-zA-Z%]*\*/.test(String(text)))
    refuse('bounded_size', 'The width in the pattern of format is not a constant.', 'Write the width as a number.')
  const numbers = (String(text).match(/%[^a-zA-Z%]*/g) ?? []).flatMap((pattern) => pattern.match(/\d+\$?/g) ?? [])
  // With a dollar sign it is the number of an argument.
  return numbers.reduce((most, number) => (number.endsWith('$') ? most : Math.max(most, Number(number))), 1)
}

function arraySize(arg: SyntaxNode | undefined, params: Budget['params']): number {
  const elements = (arg?.A_ArrayExpr as { elements?: SyntaxNode[] } | undefined)?.elements
  const sizes = elements?.map((one) => constantOf(one, params))
  if (!sizes || sizes.includes(undefined))
    refuse('bounded_size', 'The size that array_fill is given is not constant.', 'Write it as ARRAY[100].')
  return (sizes as number[]).reduce((product, size) => product * size, 1)
}

function constantOf(node: SyntaxNode | undefined, params: Budget['params']): number | undefined {
  if (!node) return undefined
  const cast = node.TypeCast as { arg: SyntaxNode } | undefined
  if (cast) return constantOf(cast.arg, params)
  const sign = node.A_Expr as { name: unknown; lexpr?: SyntaxNode; rexpr: SyntaxNode } | undefined
  if (sign && !sign.lexpr && namesOf(sign.name)[0] === '-') return negated(constantOf(sign.rexpr, params))
  const parameter = node.ParamRef as { number?: number } | undefined
  if (parameter) return numberIn(params?.[(parameter.number ?? 0) - 1])
  const constant = node.A_Const as Record<string, { ival?: number; fval?: string; sval?: string }> | undefined
  if (!constant) return undefined
  // The parser leaves zero out.
  if (constant.ival) return constant.ival.ival ?? 0
  return numberIn(constant.fval?.fval ?? constant.sval?.sval)
}

function numberIn(value: unknown): number | undefined {
  const isNumeric =
    typeof value === 'number' || (typeof value === 'string' && /^\s*[-+]?[\d.]+(e\d+)?\s*$/i.test(value))
  return isNumeric ? Number(value) : undefined
}

function negated(value: number | undefined): number | undefined {
  return value === undefined ? undefined : -value
}

function atMost(arg: SyntaxNode): SyntaxNode {
  const bound = { A_Const: { ival: { ival: MAX_BY_COLUMN } } }
  return { MinMaxExpr: { op: 'IS_LEAST', args: [arg, bound] } }
}
