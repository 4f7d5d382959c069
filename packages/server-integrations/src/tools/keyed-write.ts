/** Runs a tool's write under its idempotency key, if it was given one. */
import type { CallContext } from '@causeway/shared-contracts/define-tool'
import { keyedWriteOf } from '@causeway/shared-contracts/idempotency-codec'
import { z } from 'zod'
import type { VendorDialect } from '../http/vendor-dialect.ts'
import type { Integrations } from '../integrations.ts'
import type { OnceOptions } from '../store/idempotency-store.ts'

/** Argument schema of a rehearsal. */
export const dryRun = z.boolean().default(false).describe('Only show')

/** A tool's write, with its arguments as given, key included. */
export interface ToolWrite extends OnceOptions {
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
  const keyed = keyOf(write, call)
  return keyed ? call.services.writes.once(keyed, run, write) : { result: await run(), replayed: false }
}

/** Whether this write was sent before under its key, however that ended. */
export function wasSent(write: ToolWrite, call: CallContext<Integrations>): boolean {
  const keyed = keyOf(write, call)
  return keyed !== undefined && call.services.writes.wasBegun(keyed)
}

function keyOf({ vendor, tool, args }: ToolWrite, { caller, services }: CallContext<Integrations>) {
  const connection = services.connections.find((each) => each.dialect.id === vendor)
  return keyedWriteOf({ caller, tool, args, place: connection?.instance ?? vendor })
}
