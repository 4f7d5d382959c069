/** The second step of a deletion: a token that the caller can spend once, on this version of this task. */
import { randomUUID } from 'node:crypto'
import { callerKey } from '@causeway/shared-contracts/caller'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import type { ProjectCall } from '../open-services.ts'
import { summaryOf, type TaskRow } from '../store/task.ts'
import { dateOf } from '../text/calendar-date.ts'
import { renderTask } from '../text/render-task.ts'

const LIFE_MS = 10 * 60_000

/** What a token carries. */
export interface Confirmation {
  id: string
  version: number
  expiresAtMs: number
}

/** The error that asks for confirmation and carries the token. */
export function confirmationRequired(call: ProjectCall, task: TaskRow): ToolError {
  const { confirmations, now } = call.services
  const expiresAtMs = now().getTime() + LIFE_MS
  const confirmation: Confirmation = { id: randomUUID(), version: task.version, expiresAtMs }
  const token = confirmations.seal(confirmation, boundTo(call, task.key))
  const summary = summaryOf(task, dateOf(now()))
  return new ToolError(
    'confirmation_required',
    `Nothing was deleted yet. This would delete ${renderTask(summary)}. If that is wanted, call delete_task again with key ${task.key} and confirmation_token ${token} within 10 minutes.`,
    { confirmation_token: token, expires_at: new Date(expiresAtMs).toISOString(), task: summary },
  )
}

/**
 * What a token says. Asked before the task is looked up, so that a repeated deletion learns that it has happened.
 * @throws ToolError when the token is not this caller's for this key, too old or spent
 */
export function openConfirmation(call: ProjectCall, key: string, token: string): Confirmation {
  const { db, confirmations, now } = call.services
  const confirmation = confirmations.open(token, boundTo(call, key)) as Confirmation | undefined
  if (!confirmation) throw refused('confirmation_invalid', `This token does not confirm deleting ${key} for you`)
  if (db.get('SELECT 1 FROM spent_confirmations WHERE id = :id', { id: confirmation.id }))
    throw refused('confirmation_spent', `This token was used before, ${key} is deleted`)
  if (confirmation.expiresAtMs <= now().getTime()) throw refused('confirmation_expired', 'This token has expired')
  return confirmation
}

/**
 * Spends the confirmation; call it inside the transaction of the deletion.
 * @throws ToolError `version_conflict` when the task is not as it was shown
 */
export function spendConfirmation(call: ProjectCall, task: TaskRow, { id, version }: Confirmation): void {
  const { db, now } = call.services
  if (version !== task.version) throw refused('version_conflict', `${task.key} has changed since it was shown to you`)
  db.run('INSERT INTO spent_confirmations (id, spent_at) VALUES (:id, :at)', { id, at: now().toISOString() })
}

function refused(code: string, why: string): ToolError {
  return new ToolError(code, `${why}. Nothing was done. Call delete_task without a token to get a new one.`, {
    field: 'confirmation_token',
  })
}

function boundTo(call: ProjectCall, key: string): string {
  return JSON.stringify([callerKey(call.caller), 'delete_task', key])
}
