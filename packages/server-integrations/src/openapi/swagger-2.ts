/** Reads what Swagger 2.0 writes differently: parameters that hold their own type, bodies among the parameters, and plain response schemas. */
import { type JsonRecord, own, ownList, ownText } from './json.ts'
import { chooseMediaType } from './media-types.ts'
import { OpenApiError } from './openapi-error.ts'
import type { WrittenBody, WrittenParameter } from './written-operation.ts'

type Found = { value: JsonRecord; at: string }

const STYLES: Record<string, { style: string; explode: boolean }> = {
  csv: { style: 'form', explode: false },
  ssv: { style: 'spaceDelimited', explode: false },
  tsv: { style: 'form', explode: false },
  pipes: { style: 'pipeDelimited', explode: false },
  multi: { style: 'form', explode: true },
}

/** A parameter that is not (part of) the body; none for those that are. */
export function swaggerParameter({ value, at }: Found): WrittenParameter[] {
  const place = own(value, 'in')
  if (place === 'body' || place === 'formData') return []
  const name = ownText(value, 'name')
  if (name === undefined || (place !== 'path' && place !== 'query' && place !== 'header'))
    throw new OpenApiError(at, 'want a parameter with a name, in path, query, header, body or formData')
  const written = STYLES[ownText(value, 'collectionFormat') ?? 'csv'] ?? { style: 'form', explode: false }
  return [
    {
      name,
      in: place,
      required: place === 'path' || own(value, 'required') === true,
      description: own(value, 'description'),
      style: place === 'query' ? written.style : 'simple',
      explode: written.explode,
      isJson: false,
      schema: schemaOf(value),
      at,
    },
  ]
}

/** The body, of a body parameter or of all form parameters together. */
export function swaggerBody(
  root: JsonRecord,
  operation: JsonRecord,
  written: readonly Found[],
): WrittenBody | undefined {
  const consumes = [...ownList(operation, 'consumes'), ...ownList(root, 'consumes')].map(String)
  const body = written.find(({ value }) => own(value, 'in') === 'body')
  if (body) {
    const mediaType = chooseMediaType(consumes) ?? 'application/json'
    const required = own(body.value, 'required') === true
    const { value, at } = body
    return {
      mediaType,
      required,
      description: own(value, 'description'),
      schema: own(value, 'schema') ?? {},
      encoding: {},
      at: `${at}/schema`,
    }
  }
  const fields = written.filter(({ value }) => own(value, 'in') === 'formData' && ownText(value, 'name') !== undefined)
  return fields.length === 0 ? undefined : formBody(fields, consumes)
}

function formBody(fields: readonly Found[], consumes: readonly string[]): WrittenBody {
  const isMultipart =
    consumes.some((one) => one.startsWith('multipart/')) || fields.some(({ value }) => own(value, 'type') === 'file')
  const names = fields.map(({ value }) => String(value.name))
  const required = fields.filter(({ value }) => own(value, 'required') === true).map(({ value }) => String(value.name))
  const encoding = fields.map(({ value }) => STYLES[ownText(value, 'collectionFormat') ?? 'csv'] ?? {})
  return {
    mediaType: isMultipart ? 'multipart/form-data' : 'application/x-www-form-urlencoded',
    required: required.length > 0,
    description: undefined,
    schema: {
      type: 'object',
      properties: Object.fromEntries(fields.map(({ value }, i) => [names[i], schemaOf(value)])),
      ...(required.length > 0 ? { required } : {}),
    },
    encoding: Object.fromEntries(names.map((name, i) => [name, encoding[i] as object])),
    at: fields[0]?.at ?? '#',
  }
}

/** The schema of a successful answer. */
export function swaggerResponse(response: JsonRecord, at: string): { schema: unknown; at: string } | undefined {
  const schema = own(response, 'schema')
  return schema === undefined ? undefined : { schema, at: `${at}/schema` }
}

function schemaOf({
  name: _n,
  in: _i,
  required: _r,
  collectionFormat: _c,
  allowEmptyValue: _a,
  ...schema
}: JsonRecord) {
  return schema
}
