/** One operation as its document writes it, in one form for all versions of OpenAPI. */
import type { JsonRecord } from './json.ts'

/** The methods that can be called; OPTIONS and TRACE are for machines. */
export const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete'] as const

/** A parameter with everything that its style depends on. */
export interface WrittenParameter {
  name: string
  in: 'path' | 'query' | 'header' | 'cookie'
  required: boolean
  description: unknown
  style: string
  explode: boolean
  /** The value travels as JSON text. */
  isJson: boolean
  schema: unknown
  at: string
}

/** A body in one media type. */
export interface WrittenBody {
  mediaType: string
  required: boolean
  description: unknown
  schema: unknown
  /** OpenAPI's encoding object: property name → how it is written. */
  encoding: JsonRecord
  at: string
}

export interface WrittenOperation {
  /** As it can be called: without spaces and other marks, and unique. */
  id: string
  /** As the document has it, which is what an overlay refers to; method and path where it has none. */
  writtenId: string
  method: (typeof METHODS)[number]
  path: string
  at: string
  summary: unknown
  description: unknown
  isDeprecated: boolean
  parameters: readonly WrittenParameter[]
  body?: WrittenBody
  /** Schema of the first successful JSON answer. */
  response?: { schema: unknown; at: string }
}
