/** Drafts: what a caller was shown and may have stored later by its id, until it expires. */
import { randomUUID } from 'node:crypto'
import { callerKey } from '@causeway/shared-contracts/caller'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import type { ProjectCall } from '../open-services.ts'

const LIFE_MS = 24 * 3_600_000

/** Keeps a draft for a day, for its caller alone; call it inside a transaction. */
export function storeDraft(call: ProjectCall, body: unknown): { draft_id: string; expires_at: string } {
  const { db, now } = call.services
  const nowMs = now().getTime()
  const at = new Date(nowMs).toISOString()
  const draft = { draft_id: randomUUID(), expires_at: new Date(nowMs + LIFE_MS).toISOString() }
  db.run('DELETE FROM drafts WHERE expires_at <= :at', { at })
  db.run(
    'INSERT INTO drafts (id, caller, body, created_at, expires_at) VALUES (:id, :caller, :body, :at, :expiresAt)',
    {
      id: draft.draft_id,
      caller: callerKey(call.caller),
      body: JSON.stringify(body),
      at,
      expiresAt: draft.expires_at,
    },
  )
  return draft
}

/**
 * The draft's body as it was stored; the draft is spent, so that nobody stores it twice. Call it in the transaction that stores it.
 * @throws ToolError `not_found` when the caller has no such draft, or it expired or was taken
 */
export function takeDraft(call: ProjectCall, draftId: string): unknown {
  const { db, now } = call.services
  const draft = db.get<{ body: string }>(
    'DELETE FROM drafts WHERE id = :draftId AND caller = :caller AND expires_at > :at RETURNING body',
    { draftId, caller: callerKey(call.caller), at: now().toISOString() },
  )
  if (draft) return JSON.parse(draft.body)
  throw new ToolError(
    'not_found',
    'You have no draft with this id: drafts last a day and are stored once. See with list_tasks whether its tasks are there; else make it again with generate_task_breakdown, or pass tasks.',
    { field: 'draft_id' },
  )
}
