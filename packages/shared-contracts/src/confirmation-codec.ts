/** The second step before anything is destroyed: a token that one caller can spend once, for one call on what it was shown. */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type Caller, callerKey } from './caller.ts'
import { createSealer } from './sealer.ts'
import { stableJson } from './stable-json.ts'
import { ToolError } from './tool-error.ts'

/** How long a token can be spent. */
export const CONFIRMATION_LIFE_MS = 10 * 60_000

/** The call that is to be confirmed. */
export interface Confirmable {
  caller: Caller
  tool: string
  /** Every argument but the token, in the form in which the two calls are alike. */
  args: unknown
}

/** What a caller decides on. */
export interface Shown {
  /** Changes whenever what would be destroyed changes. */
  version: string | number
  /** What would happen and has not, in full sentences. */
  text: string
  /** The same as data, beside the token in the error. */
  details?: Record<string, unknown>
}

/** What a token carries. */
export interface Confirmation {
  id: string
  version: string | number
  expiresAtMs: number
}

/** Where spent tokens are remembered: in the storage, and the transaction, of what they destroy. */
export interface SpentConfirmations {
  isSpent(id: string): boolean
  /** @param expiresAtMs when it may be forgotten */
  spend(id: string, expiresAtMs: number): void
}

/** Asks for confirmations and takes them back. */
export interface ConfirmationCodec {
  /** The error that asks for the second step and carries its token; throw it. */
  required(call: Confirmable, shown: Shown): ToolError
  /**
   * What a token says. Ask before you look up what is to be destroyed, so that a repeated call learns that it has happened.
   * @throws {ToolError} `confirmation_invalid`, `confirmation_spent` or `confirmation_expired`
   */
  open(token: string, call: Confirmable): Confirmation
  /**
   * Spends a token, in the transaction of the deed.
   * @param version of what would be destroyed, now
   * @throws {ToolError} `version_conflict` when it is not what was shown, `confirmation_spent`
   */
  spend(confirmation: Confirmation, call: Confirmable, version: string | number): void
}

/** The argument that every tool takes which asks for confirmation. */
export const confirmationInput = z.string().max(1_000).optional().describe('From the first call')

const SHAPE = z.object({ id: z.string(), version: z.union([z.string(), z.number()]), expiresAtMs: z.number() })

/**
 * @param secret the domain server's own, at least 32 bytes
 * @param spent where spent tokens are remembered
 */
export function createConfirmationCodec(
  secret: Uint8Array,
  spent: SpentConfirmations,
  now: () => number = Date.now,
): ConfirmationCodec {
  const sealer = createSealer(secret, 'confirmation')
  return {
    required(call, { version, text, details }) {
      const expiresAtMs = now() + CONFIRMATION_LIFE_MS
      const confirmation: Confirmation = { id: randomUUID(), version, expiresAtMs }
      const token = sealer.seal(confirmation, bindingOf(call))
      return new ToolError(
        'confirmation_required',
        `${text} If that is wanted, call ${call.tool} again with the same arguments and confirmation_token ${token} within 10 minutes.`,
        { ...details, confirmation_token: token, expires_at: new Date(expiresAtMs).toISOString() },
      )
    },
    open(token, call) {
      const opened = SHAPE.safeParse(sealer.open(token, bindingOf(call)))
      if (!opened.success) throw refused('confirmation_invalid', 'This token does not confirm this call for you', call)
      if (spent.isSpent(opened.data.id)) throw alreadySpent(call)
      if (opened.data.expiresAtMs <= now()) throw refused('confirmation_expired', 'This token has expired', call)
      return opened.data
    },
    spend(confirmation, call, version) {
      if (confirmation.version !== version)
        throw refused('version_conflict', 'What this token confirms has changed since it was shown to you', call)
      if (spent.isSpent(confirmation.id)) throw alreadySpent(call)
      spent.spend(confirmation.id, confirmation.expiresAtMs)
    },
  }
}

function alreadySpent(call: Confirmable): ToolError {
  return refused('confirmation_spent', 'This token was used before, and what it confirmed was done then', call)
}

function refused(code: string, why: string, { tool }: Confirmable): ToolError {
  return new ToolError(code, `${why}. Nothing was done. Call ${tool} without a token to get a new one.`, {
    field: 'confirmation_token',
  })
}

function bindingOf({ caller, tool, args }: Confirmable): string {
  return stableJson([callerKey(caller), tool, args])
}
