/** The frame of every writing tool: one transaction, at most once per idempotency key, then word to the subscribers. */
import type { ToolAnswer } from '@causeway/shared-contracts/define-tool'
import { keyedWriteOf, replayed } from '@causeway/shared-contracts/idempotency-codec'
import type { ProjectCall } from '../open-services.ts'
import { readReplay, storeReplay } from '../store/replays.ts'

/** The tool and its arguments as given, `idempotency_key` among them where the tool takes one. */
export interface WriteRequest {
  tool: string
  args: { idempotency_key?: string | undefined }
  /** Only what would happen is wanted: nothing is kept, not even for a retry. */
  isRehearsal?: boolean | undefined
}

/**
 * @param work the write; what it throws undoes all of it
 * @throws ToolError `idempotency_conflict` when the key was used with other arguments
 */
export function commitWrite<Data extends object>(
  call: ProjectCall,
  request: WriteRequest,
  work: () => ToolAnswer<Data>,
): ToolAnswer<Data & { replayed?: boolean }> {
  const { db, announcer, now } = call.services
  if (request.isRehearsal) return db.rehearse(work)
  const keyed = keyedWriteOf({ caller: call.caller, ...request })
  const written = db.write((): ToolAnswer<Data & { replayed?: boolean }> => {
    const stored = keyed && readReplay<Data>(db, keyed, now())
    if (stored) return replayed(stored)
    const fresh = work()
    if (keyed) storeReplay(db, keyed, { answer: fresh, now: now() })
    return fresh
  })
  announcer.announce()
  return { text: written.text, data: written.data }
}
