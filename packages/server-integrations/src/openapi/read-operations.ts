/** Finds the operations of a document: OpenAPI 3.0 and 3.1, and Swagger 2.0 where a vendor has nothing newer. */

import { isRecord, type JsonRecord, own, ownList, ownRecord, ownText } from './json.ts'
import { resolved, token } from './local-reference.ts'
import { chooseMediaType, isJsonType } from './media-types.ts'
import { OpenApiError } from './openapi-error.ts'
import { swaggerBody, swaggerParameter, swaggerResponse } from './swagger-2.ts'
import { METHODS, type WrittenBody, type WrittenOperation, type WrittenParameter } from './written-operation.ts'

/** The version as far as schemas and requests differ by it. */
export type DocumentVersion = '2.0' | '3.0' | '3.1'

/**
 * Tells a document's version.
 * @throws OpenApiError when it is no OpenAPI document
 */
export function versionOf(root: JsonRecord, name: string): DocumentVersion {
  const version = String(own(root, 'openapi') ?? own(root, 'swagger') ?? '')
  if (/^3\.0(\.|$)/.test(version)) return '3.0'
  if (/^3\.[12](\.|$)/.test(version)) return '3.1'
  if (version === '2.0') return '2.0'
  throw new OpenApiError(
    name,
    `want OpenAPI 3.0, 3.1 or Swagger 2.0${version ? `, not "${version.slice(0, 20)}"` : ''}`,
  )
}

/** The operations in the order of the document. */
export function* readOperations(root: JsonRecord, version: DocumentVersion): Generator<WrittenOperation> {
  const taken = new Set<string>()
  for (const [path, written] of Object.entries(ownRecord(root, 'paths') ?? {})) {
    const at = `#/paths/${token(path)}`
    if (path.startsWith('x-')) continue
    if (!path.startsWith('/')) throw new OpenApiError(at, 'a path begins with /')
    const { value: item } = resolved(root, written, at)
    for (const method of METHODS) {
      const operation = ownRecord(item, method)
      if (!operation) continue
      const place = { root, version, at: `${at}/${method}` }
      const writtenId = ownText(operation, 'operationId')?.trim() || `${method} ${path}`
      yield {
        id: freeId(writtenId, taken),
        writtenId,
        method,
        path,
        ...readOperation(operation, ownList(item, 'parameters'), place),
      }
    }
  }
}

interface Place {
  root: JsonRecord
  version: DocumentVersion
  at: string
}

function readOperation(operation: JsonRecord, shared: readonly unknown[], place: Place) {
  const { version, root, at } = place
  const written = [...shared, ...ownList(operation, 'parameters')].map((one, i) =>
    resolved(root, one, `${at}/parameters/${i}`),
  )
  const parameters = withoutOverridden(written.flatMap((one) => readParameter(one, place)))
  const body = version === '2.0' ? swaggerBody(root, operation, written) : readBody(operation, place)
  const response = readResponse(operation, place)
  return {
    at,
    summary: own(operation, 'summary'),
    description: own(operation, 'description'),
    isDeprecated: own(operation, 'deprecated') === true,
    parameters,
    ...(body ? { body } : {}),
    ...(response ? { response } : {}),
  }
}

function readParameter(one: { value: JsonRecord; at: string }, { version }: Place): WrittenParameter[] {
  const place = own(one.value, 'in')
  if (version === '2.0') return swaggerParameter(one)
  const { value, at } = one
  const name = ownText(value, 'name')
  if (name === undefined || !['path', 'query', 'header', 'cookie'].includes(String(place)))
    throw new OpenApiError(at, 'want a parameter with a name, in path, query, header or cookie')
  const [mediaType, media] = Object.entries(ownRecord(value, 'content') ?? {})[0] ?? []
  const style = ownText(value, 'style') ?? (place === 'query' || place === 'cookie' ? 'form' : 'simple')
  return [
    {
      name,
      in: place as WrittenParameter['in'],
      required: place === 'path' || own(value, 'required') === true,
      description: own(value, 'description'),
      style,
      explode: (own(value, 'explode') ?? style === 'form') === true,
      isJson: mediaType !== undefined && isJsonType(mediaType),
      schema: (isRecord(media) ? own(media, 'schema') : own(value, 'schema')) ?? {},
      at,
    },
  ]
}

/** An operation's own parameter counts before one of the same name that all operations of the path share. */
function withoutOverridden(parameters: readonly WrittenParameter[]): WrittenParameter[] {
  return [...new Map(parameters.map((one) => [`${one.in} ${one.name}`, one])).values()]
}

function readBody(operation: JsonRecord, { root, at }: Place): WrittenBody | undefined {
  const written = own(operation, 'requestBody')
  if (written === undefined) return undefined
  const { value, at: place } = resolved(root, written, `${at}/requestBody`)
  const content = ownRecord(value, 'content') ?? {}
  const mediaType = chooseMediaType(Object.keys(content))
  if (mediaType === undefined) return undefined
  const media = ownRecord(content, mediaType)
  return {
    mediaType,
    required: own(value, 'required') === true,
    description: own(value, 'description'),
    schema: own(media, 'schema') ?? {},
    encoding: ownRecord(media, 'encoding') ?? {},
    at: `${place}/content/${token(mediaType)}/schema`,
  }
}

function readResponse(operation: JsonRecord, { root, version, at }: Place): WrittenOperation['response'] {
  const responses = ownRecord(operation, 'responses') ?? {}
  const status = ['200', '201', '202', '203', '2XX', '2xx', 'default'].find((one) => own(responses, one) !== undefined)
  if (status === undefined) return undefined
  const { value, at: place } = resolved(root, responses[status], `${at}/responses/${status}`)
  if (version === '2.0') return swaggerResponse(value, place)
  const content = ownRecord(value, 'content') ?? {}
  const mediaType = Object.keys(content).find(isJsonType)
  const schema = mediaType === undefined ? undefined : own(ownRecord(content, mediaType), 'schema')
  return schema === undefined ? undefined : { schema, at: `${place}/content/${token(mediaType ?? '')}/schema` }
}

function freeId(writtenId: string, taken: Set<string>): string {
  const plain =
    writtenId
      .replace(/[^\w./-]+/g, '_')
      .replace(/\/_|_\//g, '/')
      .replace(/^_+|_+$/g, '')
      .slice(0, 110) || 'operation'
  let id = plain
  for (let nth = 2; taken.has(id); nth++) id = `${plain}_${nth}`
  taken.add(id)
  return id
}
