/** Compiles one operation: its arguments as one schema, the way they travel, and the schema of what comes back. */
import { stripHidden } from '@causeway/shared-contracts/clean-text'
import type { Effect } from '@causeway/shared-contracts/define-tool'
import { bodySchema } from './body-schema.ts'
import type { Budgets } from './budgets.ts'
import { type JsonSchema, shortText } from './convert-schema.ts'
import { isRecord, own, ownRecord, ownText } from './json.ts'
import { bodyKind } from './media-types.ts'
import { OpenApiError } from './openapi-error.ts'
import type { BodyPlan, FieldPlan, Operation, PagePlan, ParameterPlan } from './operation.ts'
import type { OperationChange, Overlay } from './overlay.ts'
import { projectSchema } from './project-schema.ts'
import type { SchemaBook } from './schema-book.ts'
import type { WrittenBody, WrittenOperation, WrittenParameter } from './written-operation.ts'

/** What the operations of one document have in common. */
export interface OperationContext {
  connector: string
  overlay: Overlay
  budgets: Budgets
  request: SchemaBook
  response: SchemaBook
  warn(at: string, problem: string): void
}

/** Headers that belong to the connection: no argument may speak for it. */
const OWN_HEADERS =
  /^(authorization|proxy-.*|cookie2?|host|content-(type|length|encoding)|accept(-encoding)?|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|via|forwarded|x-forwarded-.*|x-request-id|traceparent|tracestate|user-agent|x-(http-)?method(-override)?)$/i

/** The compiled operation, or undefined (with a warning) for one that cannot be called. */
export function compileOperation(written: WrittenOperation, by: OperationContext): Operation | undefined {
  const change = by.overlay.operations[written.writtenId] ?? {}
  const hidden = new Set([...by.overlay.hide, ...(change.hide ?? [])])
  const offered = offeredParameters(written, hidden, by)
  if (!offered) return undefined
  const plans = offered.map((parameter, i) => planOf(parameter, offered.slice(0, i)))
  const body = compileBody(written, hidden, by)
  const input = inputSchema(offered, plans, body, by)
  const size = by.request.unfoldedSize(input)
  if (size > by.budgets.maxUnfoldedValues)
    throw new OpenApiError(
      written.at,
      `the references of its request unfold to ${size} values, at most ${by.budgets.maxUnfoldedValues} are accepted`,
    )
  const output = written.response && outputSchema(written.response, change, by)
  return {
    connector: by.connector,
    id: change.rename ?? written.id,
    method: written.method.toUpperCase() as Operation['method'],
    path: written.path,
    ...wordsOf(written, change),
    effect: change.risk ?? effectOf(written.method),
    isDeprecated: written.isDeprecated,
    scopes: [...new Set([...by.overlay.scope, ...(change.scope ?? [])])],
    parameters: plans,
    headers: fixedHeaders(change),
    isQueryForm: by.overlay.queries === 'form' && written.method === 'get',
    ...(body ? { body: body.plan } : {}),
    input: by.request.closed(input),
    ...(output ? { output } : {}),
    ...(change.project ? { project: change.project } : {}),
    ...(change.paginate ? { paginate: toPagePlan(change.paginate) } : {}),
    isPromoted: change.promote === true,
  }
}

function offeredParameters(written: WrittenOperation, hidden: ReadonlySet<string>, by: OperationContext) {
  if (written.parameters.length > by.budgets.maxParameters)
    throw new OpenApiError(
      written.at,
      `it has ${written.parameters.length} parameters, at most ${by.budgets.maxParameters}`,
    )
  const usable: WrittenParameter[] = []
  for (const parameter of written.parameters) {
    if (stripHidden(parameter.name) !== parameter.name)
      throw new OpenApiError(written.at, 'the name of a parameter has invisible characters in it')
    const isTaken = parameter.in === 'header' && OWN_HEADERS.test(parameter.name)
    if (isTaken || (hidden.has(parameter.name) && parameter.in !== 'path')) continue
    if (parameter.in !== 'cookie') usable.push(parameter)
    else if (parameter.required) {
      by.warn(written.at, `it is left out, because it needs the cookie "${parameter.name.slice(0, 60)}"`)
      return undefined
    }
  }
  const unfilled = [...written.path.matchAll(/\{([^{}]+)\}/g)].find(
    ([, name]) => !usable.some((one) => one.in === 'path' && one.name === name),
  )
  if (!unfilled) return usable
  by.warn(written.at, `it is left out, because no parameter fills ${unfilled[0].slice(0, 60)} of its path`)
  return undefined
}

function planOf(parameter: WrittenParameter, before: readonly WrittenParameter[]): ParameterPlan {
  const isTaken = parameter.name === 'body' || before.some(({ name }) => name === parameter.name)
  return {
    argument: isTaken ? `${parameter.name}_in_${parameter.in}` : parameter.name,
    name: parameter.name,
    in: parameter.in as ParameterPlan['in'],
    style: parameter.style,
    explode: parameter.explode,
    isJson: parameter.isJson,
  }
}

interface CompiledBody {
  plan: BodyPlan
  schema: JsonSchema | boolean
  required: boolean
}

function compileBody(
  written: WrittenOperation,
  hidden: ReadonlySet<string>,
  by: OperationContext,
): CompiledBody | undefined {
  const { body } = written
  if (!body) return undefined
  const kind = bodyKind(body.mediaType)
  const files = by.overlay.operations[written.writtenId]?.files ?? []
  const schema = bodySchema(body, { kind, hidden, files, book: by.request })
  // Some documents give every GET an empty form.
  const isEmpty = kind !== 'raw' && isRecord(schema) && schema.type === 'object' && !hasContent(schema)
  if (isEmpty && !body.required) return undefined
  if (isEmpty && ['get', 'head', 'delete'].includes(written.method)) return undefined
  return { plan: { mediaType: body.mediaType, kind, fields: fieldsOf(body) }, schema, required: body.required }
}

function hasContent(schema: JsonSchema): boolean {
  const { properties, additionalProperties } = schema
  return (
    (isRecord(properties) && Object.keys(properties).length > 0) ||
    isRecord(additionalProperties) ||
    additionalProperties === true ||
    ['allOf', 'anyOf', 'oneOf'].some((key) => key in schema)
  )
}

function fieldsOf(body: WrittenBody): Record<string, FieldPlan> {
  const plans: [string, FieldPlan][] = Object.keys(body.encoding).map((name) => {
    const written = ownRecord(body.encoding, name)
    const style = ownText(written, 'style')
    const explode = own(written, 'explode')
    const contentType = ownText(written, 'contentType')
    return [
      name,
      {
        ...(style === undefined ? {} : { style }),
        ...(typeof explode === 'boolean' ? { explode } : {}),
        ...(contentType === undefined ? {} : { contentType }),
      },
    ]
  })
  return Object.fromEntries(plans)
}

function inputSchema(
  offered: readonly WrittenParameter[],
  plans: readonly ParameterPlan[],
  body: CompiledBody | undefined,
  by: OperationContext,
): JsonSchema {
  const named = offered.map((parameter, i): [string, JsonSchema | boolean] => {
    const converted = by.request.convert(parameter.schema, parameter.at)
    const description = shortText(parameter.description)
    const schema =
      description && converted !== false ? { ...(converted === true ? {} : converted), description } : converted
    return [plans[i]?.argument ?? parameter.name, schema]
  })
  const required = offered.flatMap((parameter, i) => (parameter.required ? [plans[i]?.argument ?? parameter.name] : []))
  if (body?.required) required.push('body')
  return {
    type: 'object',
    properties: Object.fromEntries([...named, ...(body ? [['body', body.schema] as const] : [])]),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  }
}

function outputSchema(response: { schema: unknown; at: string }, change: OperationChange, by: OperationContext) {
  const schema = by.response.convert(response.schema, response.at)
  if (typeof schema === 'boolean') return undefined
  const whole = by.response.closed(schema)
  return change.project ? projectSchema(whole, change.project) : whole
}

function wordsOf({ id, summary, description }: WrittenOperation, change: OperationChange) {
  const title = shortText(summary, 120) || shortText(description, 120) || id
  return { title, description: change.describe ?? (shortText(description) || title) }
}

/** Names in lower case, as they are sent. */
function fixedHeaders({ headers = {} }: OperationChange): Record<string, string> {
  const own = Object.entries(headers).filter(([name]) => !OWN_HEADERS.test(name))
  return Object.fromEntries(own.map(([name, value]) => [name.toLowerCase(), value]))
}

function effectOf(method: WrittenOperation['method']): Effect {
  if (method === 'get' || method === 'head') return 'read'
  return method === 'delete' ? 'destroy' : 'write'
}

function toPagePlan(pages: NonNullable<OperationChange['paginate']>): PagePlan {
  return { ...pages, first: pages.first ?? (pages.style === 'page' ? 1 : 0) }
}
