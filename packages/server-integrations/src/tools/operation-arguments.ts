/** The arguments and results that the tools share which call operations. */
import { markUntrusted } from '@causeway/shared-contracts/clean-text'
import { z } from 'zod'
import type { FoundOperation } from '../openapi/operation-catalog.ts'
import type { ReadPage } from '../openapi/read-page.ts'

/** Which operation, and with what. */
export const operationInput = {
  connector: z.string().max(30),
  operation: z.string().max(120),
  arguments: z.record(z.string(), z.unknown()).default({}).describe('As describe_operation tells'),
}

/** Which fields of the result to keep. */
export const fieldsInput = z
  .array(z.string().min(1).max(200))
  .max(50)
  .default([])
  .describe('Keep only these, like user.login')

/** Most rows of a list. */
export const limitInput = z.number().int().min(1).max(50).default(20)

/** The first lines and the fenced rows of an answer. */
export function pageText(found: FoundOperation, page: ReadPage): string[] {
  const { operation } = found
  const rows = Array.isArray(page.result) ? page.result : [page.result]
  const isNothing = page.result === null
  return [
    `${operation.connector} ${operation.id}: ${page.count === undefined ? (isNothing ? 'done, no content' : 'done') : `${page.count} items`}.`,
    ...(isNothing
      ? []
      : [markUntrusted(rows.map((row) => JSON.stringify(row)).join('\n'), `${operation.connector}:${operation.id}`)]),
    ...(page.isCut ? ['Some of it is left out; name the fields you need with fields.'] : []),
  ]
}
