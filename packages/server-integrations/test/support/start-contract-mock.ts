/** An API made from nothing but a vendor's document: it holds every request against the vendor's own schemas and answers with what they promise. */
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Ajv } from 'ajv'
import qs from 'qs'

// biome-ignore lint/suspicious/noExplicitAny: a document as it was written, read without any of our own code
type Written = any

/** One request, with what is wrong with it. */
export interface HeldRequest {
  method: string
  url: string
  operationId: string
  problems: string[]
  body: unknown
}

/**
 * Starts it on a free port of loopback.
 * @param written the document, OpenAPI 3.0 or 3.1
 * @param takesForms whether the query of a GET may come as a form by POST
 */
export async function startContractMock(written: Written, token: string, takesForms = false) {
  const document = withoutBareNullable(written)
  const ajv = new Ajv({
    strict: false,
    validateFormats: false,
    validateSchema: false,
    coerceTypes: false,
    logger: false,
  })
  ajv.addSchema(document, 'doc')
  const seen: HeldRequest[] = []
  const http = createServer(async (incoming, response) => {
    const held = await holdRequest({ document, ajv, token, takesForms }, incoming).catch((error: unknown) =>
      broken(error, incoming),
    )
    seen.push(held.request)
    const status = held.request.problems.length > 0 ? 400 : 200
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(status === 200 ? held.answer : { message: held.request.problems.join('; ') }))
  }).listen(0, '127.0.0.1')
  await once(http, 'listening')
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    seen,
    async close() {
      http.closeAllConnections()
      http.close()
      await once(http, 'close')
    },
  }
}

/** Ajv knows `nullable` only beside a type. */
function withoutBareNullable(document: Written): Written {
  return JSON.parse(JSON.stringify(document), (_, value) => {
    if (value?.nullable === true && value.type === undefined) delete value.nullable
    return value
  })
}

/** A running mock. */
export type ContractMock = Awaited<ReturnType<typeof startContractMock>>

function broken(error: unknown, { method = '', url = '' }: IncomingMessage): { request: HeldRequest; answer: unknown } {
  return { request: { method, url, operationId: '', problems: [String(error)], body: undefined }, answer: {} }
}

interface Holder {
  document: Written
  ajv: Ajv
  token: string
  takesForms: boolean
}

async function holdRequest(by: Holder, incoming: IncomingMessage) {
  const url = new URL(incoming.url ?? '/', 'http://mock')
  const chunks: Buffer[] = []
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk)
  const method = (incoming.method ?? 'get').toLowerCase()
  const written = findOperation(by.document, method, url.pathname)
  // An API that takes the query of a GET as a form too is held to the same description.
  const found = written ?? (by.takesForms ? findOperation(by.document, 'get', url.pathname) : undefined)
  if (!written && found) url.search = Buffer.concat(chunks.splice(0)).toString('utf8')
  const request: HeldRequest = { method, url: incoming.url ?? '', operationId: '', problems: [], body: undefined }
  if (!found) return { request: { ...request, problems: [`no ${method} ${url.pathname}`] }, answer: {} }
  const problem = (text: string) => request.problems.push(text)
  request.operationId = found.operation.operationId
  if (!String(incoming.headers.authorization ?? '').includes(by.token)) problem('no token')
  holdParameters(by, found, { url, headers: incoming.headers, problem })
  request.body = await holdBody(by, found, {
    bytes: Buffer.concat(chunks),
    type: incoming.headers['content-type'],
    problem,
  })
  return { request, answer: answerOf(by.document, found.operation) }
}

interface Found {
  operation: Written
  item: Written
  values: Record<string, string>
}

/** Paths with fewer parameters come first, as OpenAPI wants it. */
function findOperation(document: Written, method: string, path: string): Found | undefined {
  const parts = path.split('/')
  const matches = Object.entries<Written>(document.paths).flatMap(([template, item]) => {
    const names: string[] = []
    const pattern = template.split('/').map((part) => {
      const literal = part.replace(/[.*+?^$()|[\]\\]/g, '\\$&')
      names.push(...[...part.matchAll(/\{([^}]+)\}/g)].map((match) => match[1] as string))
      return new RegExp(`^${literal.replace(/\{[^}]+\}/g, '(.+)')}$`)
    })
    if (pattern.length !== parts.length || !item[method]) return []
    const found = pattern.map((one, i) => one.exec(parts[i] ?? ''))
    if (found.some((one) => one === null)) return []
    const raw = found.flatMap((one) => (one ? one.slice(1) : []))
    const values = Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(raw[i] ?? '')]))
    return [{ operation: item[method], item, values }]
  })
  return matches.sort((a, b) => Object.keys(a.values).length - Object.keys(b.values).length)[0]
}

type Problem = (text: string) => void

function holdParameters(
  { document, ajv }: Holder,
  { operation, item, values }: Found,
  { url, headers, problem }: { url: URL; headers: IncomingMessage['headers']; problem: Problem },
): void {
  const parameters: Written[] = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((one) =>
    deref(document, one),
  )
  const nested = qs.parse(url.search.slice(1), { depth: 10, arrayLimit: 200 }) as Record<string, unknown>
  const known = new Set<string>()
  for (const parameter of parameters) {
    const raw =
      parameter.in === 'path'
        ? values[parameter.name]
        : parameter.in === 'header'
          ? headers[parameter.name.toLowerCase()]
          : (url.searchParams.get(/\[/.test(parameter.name) ? parameter.name : '') ?? nested[parameter.name])
    if (parameter.in === 'query') known.add(parameter.name.replace(/\[.*/, ''))
    const isCredential = /^(token|authorization)$/i.test(parameter.name)
    if (raw === undefined) {
      if (parameter.required && !isCredential) problem(`${parameter.in} ${parameter.name} is missing`)
      continue
    }
    if (isCredential) problem(`${parameter.name} is no argument`)
    const schema = parameter.schema ?? parameter
    const value = typed(document, schema, split(document, parameter, schema, raw))
    if (!validate(ajv, document, schema, value)) problem(`${parameter.in} ${parameter.name}: ${ajv.errorsText()}`)
  }
  for (const name of Object.keys(nested)) if (!known.has(name)) problem(`query ${name} is not in the document`)
}

function split(document: Written, parameter: Written, schema: Written, raw: unknown): unknown {
  const isList = deref(document, schema).type === 'array'
  if (!isList || typeof raw !== 'string') return isList && !Array.isArray(raw) ? Object.values(raw as object) : raw
  const isExploded = parameter.explode ?? (parameter.in === 'query' && (parameter.style ?? 'form') === 'form')
  return isExploded ? [raw] : raw.split(',')
}

async function holdBody(
  { document, ajv }: Holder,
  { operation }: Found,
  { bytes, type = '', problem }: { bytes: Buffer; type: string | undefined; problem: Problem },
): Promise<unknown> {
  const body = operation.requestBody && deref(document, operation.requestBody)
  if (!body || bytes.length === 0) {
    if (body?.required && !isEmptyForm(body)) problem('the body is missing')
    return undefined
  }
  const offered = Object.keys(body.content)
  const mediaType =
    offered.find((one) => type.startsWith(one)) ??
    (offered.includes('*/*') || offered.includes('application/octet-stream') ? offered[0] : undefined)
  if (mediaType === undefined) {
    problem(`content type ${type} is none of ${offered.join(', ')}`)
    return undefined
  }
  const { schema } = body.content[mediaType]
  const value = await decoded(document, { mediaType, type, bytes, schema })
  if (!/json|form/.test(mediaType)) return value
  if (!validate(ajv, document, schema, value)) problem(`body: ${ajv.errorsText()}`)
  return value
}

function isEmptyForm(body: Written): boolean {
  return Object.values<Written>(body.content).every(({ schema }) => Object.keys(schema?.properties ?? {}).length === 0)
}

async function decoded(
  document: Written,
  { mediaType, type, bytes, schema }: { mediaType: string; type: string; bytes: Buffer; schema: Written },
): Promise<unknown> {
  if (mediaType.includes('json')) return JSON.parse(bytes.toString('utf8'))
  if (mediaType.includes('form-urlencoded'))
    return typed(document, schema, qs.parse(bytes.toString('utf8'), { depth: 10, arrayLimit: 200 }))
  if (!mediaType.startsWith('multipart/')) return bytes.length
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData()
  const fields: [string, string][] = await Promise.all(
    [...form].map(
      async ([name, value]) => [name, typeof value === 'string' ? value : await value.text()] as [string, string],
    ),
  )
  // A form that is described as nothing but a file has it under any name.
  return deref(document, schema).type === 'string'
    ? fields[0]?.[1]
    : typed(document, schema, qs.parse(new URLSearchParams(fields).toString(), { depth: 10 }))
}

/** What a query or a form writes as text, in the type that the schema asks for. */
function typed(document: Written, written: Written, value: unknown): unknown {
  const schema = deref(document, written ?? {})
  const parts: Written[] = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])].map(
    (one) => deref(document, one),
  )
  if (typeof value === 'string') return typedText(parts, value)
  if (Array.isArray(value)) return value.map((one) => typed(document, parts.find(({ items }) => items)?.items, one))
  if (typeof value !== 'object' || value === null) return value
  const properties = Object.assign({}, ...parts.map((part) => part.properties ?? {}))
  const other = parts.find(({ additionalProperties }) => typeof additionalProperties === 'object')?.additionalProperties
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, typed(document, properties[key] ?? other, one)]),
  )
}

function typedText(parts: Written[], value: string): unknown {
  const types = parts.map(({ type }) => type)
  if (parts.some((part) => part.type === 'string' && (!part.enum || part.enum.includes(value)))) return value
  if ((types.includes('integer') || types.includes('number')) && /^-?\d+(\.\d+)?$/.test(value)) return Number(value)
  if (types.includes('boolean') && /^(true|false)$/.test(value)) return value === 'true'
  return value
}

function validate(ajv: Ajv, document: Written, schema: Written, value: unknown): boolean {
  return ajv.validate(located(document, schema), value)
}

/** References of the document are resolved in the document; files are text by now. */
function located(document: Written, schema: Written): Written {
  return JSON.parse(JSON.stringify(schema), (key, value) =>
    key === '$ref' && typeof value === 'string' && document ? `doc${value}` : value,
  )
}

function deref(document: Written, value: Written): Written {
  let found = value
  while (found?.$ref)
    found = found.$ref
      .split('/')
      .slice(1)
      .reduce(
        (at: Written, token: string) => at[decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~')],
        document,
      )
  return found
}

function answerOf(document: Written, operation: Written): unknown {
  const status = Object.keys(operation.responses ?? {}).find((one) => one.startsWith('2'))
  const response = status && deref(document, operation.responses[status])
  const schema = response?.schema ?? Object.values<Written>(response?.content ?? {})[0]?.schema
  return schema ? sample(document, schema, 0) : {}
}

function sample(document: Written, written: Written, depth: number): unknown {
  const schema = deref(document, written)
  if (schema.enum) return schema.enum[0]
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((one: Written) => sample(document, one, depth)))
  const choice = schema.anyOf?.[0] ?? schema.oneOf?.[0]
  if (choice) return sample(document, choice, depth)
  if (schema.type === 'array') return depth > 5 ? [] : [sample(document, schema.items ?? {}, depth + 1)]
  if (schema.properties) {
    const wanted = Object.entries<Written>(schema.properties).filter(
      ([name]) => depth < 3 || schema.required?.includes(name),
    )
    return Object.fromEntries(wanted.map(([name, one]) => [name, sample(document, one, depth + 1)]))
  }
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1
  if (schema.type === 'boolean') return true
  return schema.type === 'string' ? 'text' : {}
}
