/** Runs a tool's write under its idempotency key, if it was given one. */
import type { CallContext } from '@causeway/shared-contracts/define-tool'
import { keyedWriteOf } from '@causeway/shared-contracts/idempotency-codec'
import { z } from 'zod'
import type { VendorDialect } from '../http/vendor-dialect.ts'
import type { Integrations } from '../integrations.ts'

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
  const connection = call.services.connections.find((each) => each.dialect.id === write.vendor)
  const { tool, args } = write
  const keyed = keyedWriteOf({ caller: call.caller, tool, args, place: connection?.instance ?? write.vendor })
  return keyed ? call.services.writes.once(keyed, run) : { result: await run(), replayed: false }
}
