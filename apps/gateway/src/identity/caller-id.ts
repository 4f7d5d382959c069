/** The one text that stands for a caller wherever something is bound to it: the agent together with the user that it acts for. */
import { createHash } from 'node:crypto'

/** A user, who is somebody else at every issuer. */
export interface DelegatingUser {
  issuer: string
  subject: string
}

/** What stands for the user inside a caller's id: 22 characters, whatever the issuer calls the user. */
export function userKeyOf({ issuer, subject }: DelegatingUser): string {
  return createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('base64url')
    .slice(0, 22)
}

/**
 * The caller's id: no agent's name has a space, so no two callers share one.
 * @param userKey {@link userKeyOf} the user; `undefined` when the agent acts for itself
 */
export function callerIdOf(agent: string, userKey: string | undefined): string {
  return userKey === undefined ? agent : `${agent} ${userKey}`
}
