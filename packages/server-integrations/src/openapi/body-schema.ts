/** The schema of the argument `body`: what JSON can say of forms, of files and of bytes. */
import type { JsonSchema } from './convert-schema.ts'
import { isRecord } from './json.ts'
import type { BodyKind } from './media-types.ts'
import type { SchemaBook } from './schema-book.ts'
import type { WrittenBody } from './written-operation.ts'

/** A file among the arguments. */
const FILE_SCHEMA: JsonSchema = {
  type: 'object',
  properties: {
    filename: { type: 'string', minLength: 1, maxLength: 200 },
    base64: { type: 'string', description: 'The bytes.' },
    content_type: { type: 'string', maxLength: 100 },
  },
  required: ['filename', 'base64'],
  additionalProperties: false,
}

const BYTES_SCHEMA: JsonSchema = {
  type: 'object',
  properties: {
    base64: { type: 'string', description: 'The bytes.' },
    content_type: { type: 'string', maxLength: 100 },
  },
  required: ['base64'],
  additionalProperties: false,
}

/** Converts a body's schema for its kind, without what is hidden. */
export function bodySchema(
  body: WrittenBody,
  by: { kind: BodyKind; hidden: ReadonlySet<string>; files: readonly string[]; book: SchemaBook },
): JsonSchema | boolean {
  if (by.kind === 'raw') return /^text\//i.test(body.mediaType) ? { type: 'string' } : BYTES_SCHEMA
  const converted = by.book.convert(body.schema, body.at)
  if (by.kind === 'multipart') return multipartSchema(by.book.target(converted), by)
  const top = by.book.target(converted)
  const isChanged =
    isRecord(top) && isRecord(top.properties) && Object.keys(top.properties).some((key) => by.hidden.has(key))
  return isChanged ? withoutHidden(top as JsonSchema, by.hidden) : converted
}

function withoutHidden(schema: JsonSchema, hidden: ReadonlySet<string>): JsonSchema {
  const properties = Object.entries(schema.properties as object).filter(([key]) => !hidden.has(key))
  const required = Array.isArray(schema.required) ? schema.required.filter((key) => !hidden.has(key)) : []
  const { required: _, ...rest } = schema
  return { ...rest, properties: Object.fromEntries(properties), ...(required.length > 0 ? { required } : {}) }
}

/** Some documents describe a form of one file as nothing but that file. */
function multipartSchema(
  schema: JsonSchema | boolean,
  { hidden, files }: { hidden: ReadonlySet<string>; files: readonly string[] },
): JsonSchema {
  if (!isRecord(schema) || !isRecord(schema.properties))
    return { type: 'object', properties: { file: FILE_SCHEMA }, required: ['file'], additionalProperties: false }
  const kept = withoutHidden(schema, hidden)
  const properties = Object.entries(kept.properties as object).map(([key, one]) => [
    key,
    files.includes(key) || isBinary(one) ? FILE_SCHEMA : one,
  ])
  return { ...kept, properties: Object.fromEntries(properties) }
}

function isBinary(schema: unknown): boolean {
  return isRecord(schema) && schema.type === 'string' && (schema.format === 'binary' || 'contentMediaType' in schema)
}
