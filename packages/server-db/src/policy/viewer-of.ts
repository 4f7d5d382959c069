/** Maps the roles that the gateway vouches for to the one role that decides what a caller sees here. */
import type { Caller } from '@causeway/shared-contracts/caller'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import type { Role } from './source-policy.ts'
import type { Viewer } from './viewer.ts'

/** A role here, and the roles in a caller's verified claim that mean it. */
export interface RoleClaims {
  role: Role
  claims: readonly string[]
}

/** The caller in the first of `roles` that its claim maps to; `undefined` when none does, which means: sees nothing. */
export function viewerOf(caller: Caller, roles: readonly RoleClaims[]): Viewer | undefined {
  const found = roles.find(({ claims }) => claims.some((claim) => caller.roles.includes(claim)))
  return found && { role: found.role, agent: caller.agent, user: caller.user ?? null }
}

/** @throws {ToolError} `forbidden` when no role of the caller is known here */
export function requireViewer(caller: Caller, roles: readonly RoleClaims[]): Viewer {
  const viewer = viewerOf(caller, roles)
  if (viewer) return viewer
  const allowed = roles.flatMap(({ claims }) => claims)
  throw new ToolError(
    'forbidden',
    `Agent "${caller.agent}" sees no data here: none of its roles is known to this domain server. Ask the platform admin for one of: ${allowed.join(', ')}.`,
    { allowed },
  )
}
