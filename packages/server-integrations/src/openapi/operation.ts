/** One operation of a third-party API, compiled: what may be asked, how it is sent, and what comes back. */
import type { Effect } from '@causeway/shared-contracts/define-tool'
import type { JsonSchema } from './convert-schema.ts'
import type { BodyKind } from './media-types.ts'

/** How one argument becomes a part of the request. */
export interface ParameterPlan {
  /** Its name among the arguments. */
  argument: string
  /** Its name on the wire. */
  name: string
  in: 'path' | 'query' | 'header'
  style: string
  explode: boolean
  isJson: boolean
}

/** How one property of a form is written. */
export interface FieldPlan {
  style?: string
  explode?: boolean
  contentType?: string
}

/** How the argument `body` is sent. */
export interface BodyPlan {
  mediaType: string
  kind: BodyKind
  fields: Readonly<Record<string, FieldPlan>>
}

/** How the pages of a list follow each other. */
export interface PagePlan {
  /** `cursor`: the answer holds the next value; `last_id`: the last item does; `page` and `offset` are counted. */
  style: 'cursor' | 'last_id' | 'page' | 'offset'
  /** The argument that chooses the page. */
  param: string
  /** Where the list is in the answer; empty when the answer is the list. */
  items: string
  /** `cursor`: where the next value is; `last_id`: the property of an item. */
  next: string
  /** Where the answer says whether there is more, for those that do. */
  more?: string | undefined
  /** The argument that chooses the size of a page. */
  size?: string | undefined
  /** First page number or offset. */
  first: number
}

export interface Operation {
  connector: string
  /** What it is called with: the overlay's name, or the document's. */
  id: string
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  title: string
  description: string
  effect: Effect
  isDeprecated: boolean
  /** Scopes that the caller needs beside those of the tool. */
  scopes: readonly string[]
  parameters: readonly ParameterPlan[]
  /** Sent with every call. */
  headers: Readonly<Record<string, string>>
  /** The query of a GET travels as a form by POST. */
  isQueryForm: boolean
  body?: BodyPlan
  /** JSON Schema 2020-12 of the arguments, with the definitions that it needs. */
  input: JsonSchema
  /** JSON Schema 2020-12 of the result, after projection. */
  output?: JsonSchema
  /** Paths of the fields that a result keeps; all without it. */
  project?: readonly string[]
  paginate?: PagePlan
  /** Whether it is listed as a tool of its own. */
  isPromoted: boolean
}
