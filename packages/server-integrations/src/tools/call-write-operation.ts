/** The tool that calls operations which write, in two steps where something would be destroyed. */
import { createHash } from 'node:crypto'
import { confirmationInput } from '@causeway/shared-contracts/confirmation-codec'
import type { CallContext } from '@causeway/shared-contracts/define-tool'
import { idempotencyInput, keyedWriteOf } from '@causeway/shared-contracts/idempotency-codec'
import { stableJson } from '@causeway/shared-contracts/stable-json'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import type { Integrations } from '../integrations.ts'
import { connectionOf, nameOf, type PreparedCall, prepareCall, sendPrepared } from '../openapi/call-operation.ts'
import { wholePage } from '../openapi/read-page.ts'
import { integrationTool } from './integration-tool.ts'
import { dryRun } from './keyed-write.ts'
import { fieldsInput, operationInput, pageText } from './operation-arguments.ts'

const TOOL = 'call_write_operation'
/** Vendors that take keys keep them for a day; an hour less is safe. */
const VENDOR_KEY_KEPT_MS = 23 * 60 * 60_000
type Call = CallContext<Integrations>

/** `call_write_operation` */
export const callWriteOperation = integrationTool({
  name: TOOL,
  title: 'Call a writing API operation',
  description:
    'Calls an operation that writes or deletes. Look it up with describe_operation, try it with dry_run. What destroys or pays asks for confirmation first. After write_outcome_unknown look, do not repeat.',
  effect: 'destroy',
  openWorld: true,
  input: z.object({
    ...operationInput,
    fields: fieldsInput,
    dry_run: dryRun,
    idempotency_key: idempotencyInput,
    confirmation_token: confirmationInput,
  }),
  output: z.object({
    result: z.unknown(),
    request: z.unknown().optional(),
    dry_run: z.boolean(),
    replayed: z.boolean(),
    truncated: z.boolean(),
    untrusted: z.boolean(),
  }),
  run: runWriteOperation,
})

/** What the tool and the promoted operations take. */
export interface WriteArguments {
  connector: string
  operation: string
  arguments: Record<string, unknown>
  fields: string[]
  dry_run: boolean
  idempotency_key?: string | undefined
  confirmation_token?: string | undefined
}

/** Writes once, or shows what would be written. @throws ToolError */
export async function runWriteOperation(args: WriteArguments, call: Call, tool = TOOL) {
  const found = await call.services.operations.catalog.find(args.connector, args.operation)
  if (found.operation.effect === 'read')
    throw new ToolError('invalid_arguments', `${args.operation} only reads. Call it with call_read_operation.`, {
      field: 'operation',
    })
  const prepared = await prepareCall(found, args.arguments, call)
  if (args.dry_run) return rehearsal(prepared)
  const { result: answer, replayed } = await writeOnce(prepared, { ...args, tool }, call)
  const page = wholePage(found, answer, args.fields)
  return {
    text: [replayed ? 'Replayed, nothing was done again.' : '', ...pageText(found, page)].filter(Boolean).join('\n'),
    data: { result: page.result, dry_run: false, replayed, truncated: page.isCut, untrusted: true },
  }
}

function rehearsal(prepared: PreparedCall) {
  const request = requestShown(prepared)
  return {
    text: `Dry run, nothing was sent. ${nameOf(prepared)} would send:\n${JSON.stringify(request)}\nNext: the same call with dry_run=false.`,
    data: { result: null, request, dry_run: true, replayed: false, truncated: false, untrusted: false },
  }
}

async function writeOnce(prepared: PreparedCall, args: WriteArguments & { tool: string }, call: Call) {
  const { confirmation_token: token, fields: _, dry_run: __, tool, ...asked } = args
  const { writes } = call.services
  const connection = connectionOf(prepared, call)
  const keyed = keyedWriteOf({ caller: call.caller, tool, args: asked, place: connection.instance })
  // What was confirmed and sent under this key before gets its stored answer, though its token is spent.
  const isSent = keyed !== undefined && writes.wasBegun(keyed)
  if (prepared.operation.effect === 'destroy' && !isSent) requireConfirmation(prepared, { token, tool, asked }, call)
  if (!keyed) return { result: await sendPrepared(prepared, call), replayed: false }
  // The vendor's keys are shared by all who use the account, so a caller's own word is not enough.
  const vendorKey = createHash('sha256').update(stableJson(keyed)).digest('base64url')
  const options = connection.dialect.idempotencyHeader ? { resendableForMs: VENDOR_KEY_KEPT_MS } : {}
  return writes.once(keyed, () => sendPrepared(prepared, call, vendorKey), options)
}

function requireConfirmation(
  prepared: PreparedCall,
  given: { token: string | undefined; tool: string; asked: object },
  call: Call,
): void {
  if (given.token === undefined && call.ask.canAskPerson) askPerson(prepared, call)
  else confirm(prepared, given, call)
}

function askPerson(prepared: PreparedCall, call: Call): void {
  const answer = call.ask.person({
    key: 'confirm',
    message: `${warning(prepared)} Go on?`,
    form: z.object({ confirm: z.boolean().describe('Yes, do it') }),
  })
  if (answer.action === 'accept' && answer.content.confirm) return
  throw new ToolError(
    'declined',
    `Nothing was done: the person declined ${nameOf(prepared)}. Do not ask again unless they want it.`,
  )
}

function confirm(
  prepared: PreparedCall,
  given: { token: string | undefined; tool: string; asked: object },
  call: Call,
): void {
  const { confirmations } = call.services
  const confirmable = { caller: call.caller, tool: given.tool, args: given.asked }
  // What was shown is a request: a document that came since may have made another of the same arguments.
  const { instance } = connectionOf(prepared, call)
  const version = createHash('sha256')
    .update(stableJson([instance, requestShown(prepared)]))
    .digest('base64url')
  if (given.token === undefined)
    throw confirmations.required(confirmable, {
      version,
      text: warning(prepared),
      details: { request: requestShown(prepared) },
    })
  confirmations.spend(confirmations.open(given.token, confirmable), confirmable, version)
}

function warning(prepared: PreparedCall): string {
  const { method, path } = prepared.request
  return `Nothing was done yet. ${nameOf(prepared)} would send ${method} /${path.join('/').slice(0, 300)} and cannot be undone.`
}

function requestShown({ request }: PreparedCall) {
  const { content } = request
  const body =
    typeof content?.body === 'string' ? content.body.slice(0, 4_000) : content && `${content.body.length} bytes`
  return {
    method: request.method,
    path: `/${request.path.map(encodeURIComponent).join('/')}${request.rawQuery ? `?${request.rawQuery}` : ''}`,
    ...(request.headers ? { headers: request.headers } : {}),
    ...(content ? { content_type: content.type, body } : {}),
  }
}
