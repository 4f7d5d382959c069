/** The tool that calls operations which only read. */
import { cursorInput } from '@causeway/shared-contracts/cursor-codec'
import type { CallContext } from '@causeway/shared-contracts/define-tool'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import type { Integrations } from '../integrations.ts'
import { readPage } from '../openapi/read-page.ts'
import { PagePlace } from '../openapi/walk-pages.ts'
import { integrationTool } from './integration-tool.ts'
import { fieldsInput, limitInput, operationInput, pageText } from './operation-arguments.ts'

const TOOL = 'call_read_operation'

/** `call_read_operation` */
export const callReadOperation = integrationTool({
  name: TOOL,
  title: 'Call a reading API operation',
  description:
    'Calls an operation that reads. Look it up with describe_operation first; writing ones take call_write_operation.',
  effect: 'read',
  openWorld: true,
  input: z.object({ ...operationInput, fields: fieldsInput, limit: limitInput, cursor: cursorInput }),
  output: z.object({
    result: z.unknown(),
    count: z.number().optional(),
    next_cursor: z.string().optional(),
    truncated: z.boolean(),
    untrusted: z.boolean(),
  }),
  run: runReadOperation,
})

/** What the tool and the promoted operations take. */
export interface ReadArguments {
  connector: string
  operation: string
  arguments: Record<string, unknown>
  fields: string[]
  limit: number
  cursor?: string | undefined
}

/** Reads one page. @throws ToolError */
export async function runReadOperation({ cursor, limit, ...asked }: ReadArguments, call: CallContext<Integrations>) {
  const found = await call.services.operations.catalog.find(asked.connector, asked.operation)
  if (found.operation.effect !== 'read')
    throw new ToolError('invalid_arguments', `${asked.operation} writes. Call it with call_write_operation.`, {
      field: 'operation',
    })
  const walk = { caller: call.caller, tool: TOOL, filters: asked }
  const place = call.services.cursors.open(cursor, walk, PagePlace)
  const page = await readPage(found, { args: asked.arguments, fields: asked.fields, limit, place }, call)
  const next = page.next && call.services.cursors.seal(page.next, walk)
  return {
    text: [...pageText(found, page), next ? `Next: more with cursor ${next}.` : 'That is all.'].join('\n'),
    data: {
      result: page.result,
      ...(page.count === undefined ? {} : { count: page.count }),
      ...(next ? { next_cursor: next } : {}),
      truncated: page.isCut,
      untrusted: true,
    },
  }
}
