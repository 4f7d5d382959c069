/** What a repeated write is recognized by, and what it is answered: the same key and arguments get the stored result, other arguments a conflict. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Caller, callerKey } from './caller.ts'
import type { ToolAnswer } from './define-tool.ts'
import { stableJson } from './stable-json.ts'
import { ToolError } from './tool-error.ts'

/** How long a repeated call gets the stored result. */
export const REPLAY_MS = 7 * 86_400_000

/** The argument that every creating tool takes. */
export const idempotencyInput = z.string().max(128).optional().describe('Makes a retry safe')

/** One write under a key, as it is stored: unique by owner, tool and key. */
export interface KeyedWrite {
  owner: string
  tool: string
  key: string
  /** Of all arguments but the key. */
  digest: string
}

/**
 * What to store and look for; none when the call has no key.
 * @param call.place what else the key is bound to, such as the third-party account
 */
export function keyedWriteOf<Args extends { idempotency_key?: string | undefined }>(call: {
  caller: Caller
  tool: string
  args: Args
  place?: string
}): KeyedWrite | undefined {
  const { idempotency_key: key, ...args } = call.args
  if (key === undefined) return undefined
  const owner = call.place === undefined ? callerKey(call.caller) : stableJson([callerKey(call.caller), call.place])
  return { owner, tool: call.tool, key, digest: createHash('sha256').update(stableJson(args)).digest('base64url') }
}

/**
 * Whether the stored write is this one.
 * @throws {ToolError} `idempotency_conflict` when the key was used with other arguments
 */
export function requireSameWrite(write: KeyedWrite, storedDigest: string): void {
  if (storedDigest === write.digest) return
  throw new ToolError(
    'idempotency_conflict',
    `This idempotency_key was used for ${write.tool} with other arguments. Repeat those exactly to get their result, or use a new key.`,
    { field: 'idempotency_key' },
  )
}

/** The stored answer as a repeated call gets it. */
export function replayed<Data extends object>({ text, data }: ToolAnswer<Data>): ToolAnswer<Data & { replayed: true }> {
  return { text: `Replayed, nothing was done again. ${text}`, data: { ...data, replayed: true } }
}
