/** Calls one operation: arguments held against its schema, sent as it wants them, and the answer projected, cleaned and cut to fit. */
import { missingScopes } from '@causeway/shared-contracts/caller'
import type { CallContext } from '@causeway/shared-contracts/define-tool'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import type { Connection } from '../connection/connection.ts'
import type { Integrations } from '../integrations.ts'
import { type EncodedRequest, encodeRequest } from './encode-request.ts'
import type { JsonRecord } from './json.ts'
import type { FoundOperation } from './operation-catalog.ts'

type Call = CallContext<Integrations>

/** An operation with arguments that it accepts. */
export interface PreparedCall extends FoundOperation {
  args: JsonRecord
  request: EncodedRequest
}

/**
 * Finds the operation and makes the request; nothing is sent.
 * @throws ToolError for an unknown operation, a caller who may not, or arguments that do not fit
 */
export async function prepareCall(found: FoundOperation, args: JsonRecord, call: Call): Promise<PreparedCall> {
  const { operation } = found
  const missing = missingScopes(call.caller, operation.scopes)
  if (missing.length > 0)
    throw new ToolError(
      'forbidden',
      `Cannot call ${nameOf(found)}: agent "${call.caller.agent}" lacks the scope ${missing.join(', ')}.`,
    )
  const validator = await call.services.operations.validator()
  validator.requireValid(nameOf(found), operation.input, args)
  return { ...found, args, request: await encodeRequest(operation, args) }
}

/** Sends it. @throws ToolError in every case but success */
export async function sendPrepared(prepared: PreparedCall, call: Call, idempotencyKey?: string): Promise<unknown> {
  const { operation } = prepared
  const connection = connectionOf(prepared, call)
  const isSupported = connection.dialect.idempotencyHeader !== undefined && idempotencyKey !== undefined
  const answer = await connection.call(
    {
      ...prepared.request,
      effect: operation.effect === 'read' ? 'read' : 'write',
      ...(isSupported ? { idempotencyKey } : {}),
      doing: `call ${nameOf(prepared)}`,
      missing: `${operation.method} ${operation.path} found nothing for these arguments, or this connection may not see it.`,
      check: 'Look with a reading operation of search_operations before you repeat it.',
      wantsJson: operation.output !== undefined,
      shape: z.unknown(),
    },
    call,
  )
  return answer ?? null
}

/** The connection that an operation goes over. @throws ToolError `connection_required` */
export function connectionOf({ api, isImported }: FoundOperation, call: Call): Connection {
  return call.services.operations.connections.of(api, isImported)
}

/** How messages call an operation. */
export function nameOf({ operation }: FoundOperation): string {
  return `${operation.connector} ${operation.id}`
}
