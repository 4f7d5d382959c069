/** The frame of every writing tool: one transaction, at most once per idempotency key, then word to the subscribers. */
import type { ToolAnswer } from '@causeway/shared-contracts/define-tool'
import {
  type KeyedWrite,
  keyedWriteOf,
  REPLAY_MS,
  replayed,
  requireSameWrite,
} from '@causeway/shared-contracts/idempotency-codec'
import type { ProjectCall } from '../open-services.ts'

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
  const { db, announcer } = call.services
  if (request.isRehearsal) return db.rehearse(work)
  const keyed = keyedWriteOf({ caller: call.caller, ...request })
  const written = db.write((): ToolAnswer<Data & { replayed?: boolean }> => {
    const stored = keyed && storedAnswer<Data>(call, keyed)
    if (stored) return replayed(stored)
    const fresh = work()
    if (keyed) storeAnswer(call, keyed, fresh)
    return fresh
  })
  announcer.announce()
  return { text: written.text, data: written.data }
}

function storedAnswer<Data>(call: ProjectCall, write: KeyedWrite): ToolAnswer<Data> | undefined {
  const { owner: caller, tool, key } = write
  const stored = call.services.db.get<{ answer: string; arguments_digest: string }>(
    `SELECT answer, arguments_digest FROM replays
     WHERE caller = :caller AND tool = :tool AND idempotency_key = :key AND created_at > :since`,
    { caller, tool, key, since: oldest(call) },
  )
  if (!stored) return undefined
  requireSameWrite(write, stored.arguments_digest)
  return JSON.parse(stored.answer) as ToolAnswer<Data>
}

function storeAnswer<Data>(call: ProjectCall, write: KeyedWrite, { text, data }: ToolAnswer<Data>): void {
  const { db, now } = call.services
  const { owner: caller, tool, key, digest } = write
  db.run('DELETE FROM replays WHERE created_at <= :before', { before: oldest(call) })
  db.run(
    `INSERT INTO replays (caller, tool, idempotency_key, arguments_digest, answer, created_at)
     VALUES (:caller, :tool, :key, :digest, :answer, :at)`,
    { caller, tool, key, digest, answer: JSON.stringify({ text, data }), at: now().toISOString() },
  )
}

function oldest({ services }: ProjectCall): string {
  return new Date(services.now().getTime() - REPLAY_MS).toISOString()
}
