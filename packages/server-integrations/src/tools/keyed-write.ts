/** Runs a tool's write under its idempotency key, if it was given one. */
import { callerKey } from '@causeway/shared-contracts/caller'
import type { CallContext } from '@causeway/shared-contracts/define-tool'
import { z } from 'zod'
import type { VendorDialect } from '../http/vendor-dialect.ts'
import type { Integrations } from '../integrations.ts'

/** Argument schema of the key. */
export const idempotencyKey = z.string().max(128).optional().describe('Repeats with one key write once.')

/** Argument schema of a rehearsal. */
export const dryRun = z.boolean().default(false).describe('Only show what would be sent.')

/** A tool's write, with its arguments as given, key included. */
export interface ToolWrite {
  vendor: VendorDialect['id']
  tool: string
  args: Record<string, unknown> & { idempotency_key?: string | undefined }
}

/** Runs `run` once a key, caller and connection. */
export async function runKeyedWrite<Result>(
  write: ToolWrite,
  call: CallContext<Integrations>,
  run: () => Promise<Result>,
): Promise<{ result: Result; replayed: boolean }> {
  const { idempotency_key: key, ...args } = write.args
  if (key === undefined) return { result: await run(), replayed: false }
  const connection = call.services.connections.find((each) => each.dialect.id === write.vendor)
  const owner = JSON.stringify([callerKey(call.caller), connection?.instance])
  return call.services.writes.once({ owner, tool: write.tool, key, args }, run)
}
