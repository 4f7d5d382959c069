/** The frame of every writing tool: one transaction, at most once per idempotency key, then word to the subscribers. */
import { createHash } from 'node:crypto'
import { callerKey } from '@causeway/shared-contracts/caller'
import type { ToolAnswer } from '@causeway/shared-contracts/define-tool'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import type { ProjectCall } from '../open-services.ts'

/** How long a repeated call gets the stored answer. */
const REPLAY_MS = 7 * 86_400_000

/** What a write answers, and the key of the project it touched; none if nothing changed. */
export interface Written<Data> extends ToolAnswer<Data> {
  touched?: string
}

/** The tool and its arguments as given, `idempotency_key` among them where the tool takes one. */
export interface WriteRequest {
  tool: string
  args: { idempotency_key?: string | undefined }
}

/**
 * @param work the write; what it throws undoes all of it
 * @throws ToolError `idempotency_conflict` when the key was used with other arguments
 */
export function commitWrite<Data extends object>(
  call: ProjectCall,
  request: WriteRequest,
  work: () => Written<Data>,
): ToolAnswer<Data & { replayed?: boolean }> {
  const { db, changes } = call.services
  const written = db.write(() => {
    const stored = storedAnswer<Data>(call, request)
    if (stored) return stored
    const fresh = work()
    storeAnswer(call, request, fresh)
    return fresh
  })
  if (written.touched)
    for (const uri of ['status', 'team-workload', 'recent-activity', `${written.touched}/status`])
      changes.resourceUpdated(`project://${uri}`)
  return { text: written.text, data: written.data }
}

function storedAnswer<Data>(
  call: ProjectCall,
  request: WriteRequest,
): Written<Data & { replayed: boolean }> | undefined {
  if (!request.args.idempotency_key) return undefined
  const stored = call.services.db.get<{ answer: string; arguments_digest: string }>(
    `SELECT answer, arguments_digest FROM replays
     WHERE caller = :caller AND tool = :tool AND idempotency_key = :key AND created_at > :since`,
    { ...identity(call, request), since: new Date(call.services.now().getTime() - REPLAY_MS).toISOString() },
  )
  if (!stored) return undefined
  if (stored.arguments_digest !== digestOf(request))
    throw new ToolError(
      'idempotency_conflict',
      `This idempotency_key was used for ${request.tool} with other arguments. Repeat those exactly to get their result, or use a new key.`,
      { field: 'idempotency_key' },
    )
  const answer = JSON.parse(stored.answer) as ToolAnswer<Data>
  return { text: `Replayed, nothing was done again. ${answer.text}`, data: { ...answer.data, replayed: true } }
}

function storeAnswer<Data>(call: ProjectCall, request: WriteRequest, { text, data }: Written<Data>): void {
  if (!request.args.idempotency_key) return
  const { db, now } = call.services
  db.run('DELETE FROM replays WHERE created_at <= :before', {
    before: new Date(now().getTime() - REPLAY_MS).toISOString(),
  })
  db.run(
    `INSERT INTO replays (caller, tool, idempotency_key, arguments_digest, answer, created_at)
     VALUES (:caller, :tool, :key, :digest, :answer, :at)`,
    {
      ...identity(call, request),
      digest: digestOf(request),
      answer: JSON.stringify({ text, data }),
      at: now().toISOString(),
    },
  )
}

function identity(call: ProjectCall, { tool, args }: WriteRequest) {
  return { caller: callerKey(call.caller), tool, key: args.idempotency_key ?? '' }
}

function digestOf({ args }: WriteRequest): string {
  const { idempotency_key: _key, ...rest } = args
  return createHash('sha256').update(JSON.stringify(rest)).digest('base64url')
}
