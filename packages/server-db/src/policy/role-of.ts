/** Maps the roles that the gateway vouches for to the one role that decides what a caller sees here. */
import type { Caller } from '@causeway/shared-contracts/caller'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { ROLES, type Role } from './source-policy.ts'

/** The shipped mapping: role in the caller's verified claim → role here. */
const CLAIM_ROLES: ReadonlyMap<string, Role> = new Map([
  ['operator', 'admin'],
  ['support', 'support'],
  ['viewer', 'analyst'],
])

/** The most privileged role that the caller's claim maps to; `undefined` when none does, which means: sees nothing. */
export function roleOf(caller: Caller): Role | undefined {
  const held = new Set(caller.roles.map((claim) => CLAIM_ROLES.get(claim)))
  return ROLES.find((role) => held.has(role))
}

/** @throws {ToolError} `forbidden` when no role of the caller is known here */
export function requireRole(caller: Caller): Role {
  const role = roleOf(caller)
  if (role) return role
  const allowed = [...CLAIM_ROLES.keys()]
  throw new ToolError(
    'forbidden',
    `Agent "${caller.agent}" sees no data here: none of its roles is known to this domain server. Ask the platform admin for one of: ${allowed.join(', ')}.`,
    { allowed },
  )
}
