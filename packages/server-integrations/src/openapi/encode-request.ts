/** Makes the request that an operation's arguments stand for. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import type { VendorRequest } from '../http/vendor-request.ts'
import { encodeBody } from './encode-body.ts'
import { pairsOf, textOf } from './encode-values.ts'
import type { JsonRecord } from './json.ts'
import type { Operation, ParameterPlan } from './operation.ts'

/** What goes on the wire, but for the address of the API and its token. */
export type EncodedRequest = Pick<VendorRequest, 'method' | 'path' | 'rawQuery' | 'headers' | 'content'>

/**
 * @param args valid by the operation's schema
 * @throws ToolError for an argument that would name another endpoint, or that a header cannot hold
 */
export async function encodeRequest(operation: Operation, args: JsonRecord): Promise<EncodedRequest> {
  const given = operation.parameters.filter(({ argument }) => args[argument] !== undefined)
  const query = given.filter((plan) => plan.in === 'query').flatMap((plan) => queryPairs(plan, args[plan.argument]))
  const headers = [
    ...Object.entries(operation.headers),
    ...given
      .filter((plan) => plan.in === 'header')
      .map((plan) => [plan.name.toLowerCase(), headerText(plan, args[plan.argument])]),
  ]
  const content = operation.body && args.body !== undefined ? await encodeBody(operation.body, args.body) : undefined
  const encoded = new URLSearchParams(query).toString()
  const common = {
    path: encodePath(operation, args),
    ...(headers.length > 0 ? { headers: Object.fromEntries(headers) } : {}),
  }
  if (operation.isQueryForm)
    return { ...common, method: 'POST', content: { type: 'application/x-www-form-urlencoded', body: encoded } }
  return {
    ...common,
    method: operation.method,
    ...(encoded ? { rawQuery: encoded } : {}),
    ...(content ? { content } : {}),
  }
}

function encodePath(operation: Operation, args: JsonRecord): string[] {
  const plans = new Map(operation.parameters.filter((plan) => plan.in === 'path').map((plan) => [plan.name, plan]))
  const segments = operation.path.split('/').slice(1)
  return segments.map((segment) => {
    const filled = segment.replace(/\{([^{}]+)\}/g, (_, name: string) => {
      const plan = plans.get(name)
      return plan ? simpleText(plan, args[plan.argument]) : ''
    })
    if (filled !== '' && filled !== '.' && filled !== '..') return filled
    throw new ToolError(
      'invalid_arguments',
      `Cannot call ${operation.id}: "${filled}" cannot stand in ${operation.path}.`,
    )
  })
}

function simpleText({ explode, isJson }: ParameterPlan, value: unknown): string {
  if (isJson) return JSON.stringify(value)
  if (Array.isArray(value)) return value.map(textOf).join(',')
  if (typeof value !== 'object' || value === null) return textOf(value)
  return Object.entries(value)
    .map(([key, one]) => `${key}${explode ? '=' : ','}${textOf(one)}`)
    .join(',')
}

function queryPairs(plan: ParameterPlan, value: unknown): [string, string][] {
  return plan.isJson ? [[plan.name, JSON.stringify(value)]] : pairsOf(plan.name, value, plan)
}

function headerText(plan: ParameterPlan, value: unknown): string {
  const text = simpleText(plan, value)
  if (/^[\t\x20-\x7e\x80-\xff]*$/.test(text)) return text
  throw new ToolError('invalid_arguments', `Cannot send "${plan.argument}": a header holds no such characters.`, {
    field: plan.argument,
  })
}
