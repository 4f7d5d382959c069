/** ETags of the admin API, and the writes that hold against them. */
import { hash } from 'node:crypto'
import { GatewayError } from '../errors.ts'

/** Changes with the data; without its quotes. */
export function entityTag(data: unknown): string {
  return hash('sha256', JSON.stringify(data), 'base64url').slice(0, 22)
}

/**
 * Lets a write pass that was made in view of what is there now.
 * @param ifMatch header of the request
 * @throws GatewayError precondition_required | precondition_failed
 */
export function requireMatch(ifMatch: string | undefined, current: string): void {
  if (ifMatch === undefined)
    throw new GatewayError('precondition_required', 'Cannot change anything unread: If-Match is missing')
  if (ifMatch.trim() === '*') return
  if (ifMatch.split(',').some((tag) => tag.trim() === `"${current}"`)) return
  throw new GatewayError('precondition_failed', 'Cannot change it: it is not as it was read')
}
