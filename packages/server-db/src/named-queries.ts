/** Named queries of a source: who may run which, and whether the given values fit their parameters. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { closestName } from './closest-name.ts'
import type { NamedParameter, NamedQuery } from './config/databases-schema.ts'
import type { SourceView } from './db-services.ts'
import type { ParameterValue } from './engine/query-engine.ts'

/** The queries that the viewer may run, by name. */
export function queriesOf({ source, viewer }: SourceView): [name: string, query: NamedQuery][] {
  return Object.entries(source.queries).filter(
    ([, { roles }]) => !roles || roles.includes(viewer.role) || roles.includes('*'),
  )
}

/** @throws {ToolError} `not_found` for a name that is unknown, or not for the viewer's role */
export function findQuery(view: SourceView, name: string): NamedQuery {
  const queries = queriesOf(view)
  const found = queries.find(([one]) => one === name)
  if (found) return found[1]
  const names = queries.map(([one]) => one)
  const closest = closestName(name, names)
  throw new ToolError(
    'not_found',
    `No named query "${name}" in ${view.source.id}.${closest ? ` Did you mean ${closest}?` : ''} Use list_named_queries to see them.`,
    { field: 'name', allowed: names.slice(0, 50), ...(closest ? { did_you_mean: closest } : {}) },
  )
}

/**
 * The values of `$1`, `$2`, … in the order of the query's parameters.
 * @throws {ToolError} `invalid_arguments` for a value that is missing, unknown or not of its type
 */
export function bindNamed(query: NamedQuery, given: Readonly<Record<string, ParameterValue>>): ParameterValue[] {
  const names = query.parameters.map(({ name }) => name)
  const unknown = Object.keys(given).find((name) => !names.includes(name))
  if (unknown)
    throw invalid(unknown, `There is no parameter "${unknown}". Parameters: ${names.join(', ') || 'none'}.`, names)
  return query.parameters.map((parameter) => chosenValue(parameter, given))
}

function chosenValue(parameter: NamedParameter, given: Readonly<Record<string, ParameterValue>>): ParameterValue {
  const { name, choices } = parameter
  const value = Object.hasOwn(given, name) ? given[name]! : undefined
  if (value === undefined || value === null) {
    if (parameter.default !== undefined) return parameter.default
    throw invalid(name, `The parameter "${name}" (${parameter.type}) is missing.`)
  }
  if (!isOfType(parameter, value)) throw invalid(name, `The parameter "${name}" must be ${wanted(parameter)}.`)
  if (choices && !choices.includes(value as string))
    throw invalid(name, `The parameter "${name}" must be one of ${choices.join(', ')}.`, choices.map(String))
  return value
}

function isOfType({ type, min, max }: NamedParameter, value: ParameterValue): boolean {
  if (type === 'boolean') return typeof value === 'boolean'
  if (type === 'text') return typeof value === 'string'
  if (type === 'date') return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && isDay(value)
  const isNumber = typeof value === 'number' && (type === 'number' || Number.isSafeInteger(value))
  return isNumber && value >= (min ?? Number.NEGATIVE_INFINITY) && value <= (max ?? Number.POSITIVE_INFINITY)
}

// A day that a month does not have would be one of the next month.
function isDay(value: string): boolean {
  const time = Date.parse(value)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value)
}

function wanted({ type, min, max }: NamedParameter): string {
  if (type === 'date') return 'a date as YYYY-MM-DD'
  const kind = type === 'integer' ? 'a whole number' : type === 'boolean' ? 'true or false' : `a ${type}`
  return [kind, min === undefined ? '' : `at least ${min}`, max === undefined ? '' : `at most ${max}`]
    .filter(Boolean)
    .join(', ')
}

function invalid(name: string, message: string, allowed?: readonly string[]): ToolError {
  return new ToolError('invalid_arguments', `${message} Use list_named_queries to see what the query takes.`, {
    field: `params.${name}`,
    ...(allowed ? { allowed } : {}),
  })
}
