/** The key of an upstream session: whose calls belong together at an upstream that keeps something between them. */
import { CATALOG_SESSION } from './own-call.ts'

/** What a key says. */
export interface SessionKeyParts {
  /** The caller; empty for the gateway itself. */
  caller: string
  /** Number of the caller's own session with the gateway; `null` when it has none. */
  session: number | null
}

/** Makes the key; `capabilities` is JSON text. */
export function sessionKeyOf({ caller, session }: SessionKeyParts, capabilities: string): string {
  return JSON.stringify([caller, session, capabilities])
}

/** Reads a key that {@link sessionKeyOf} made, or that of the catalog. */
export function readSessionKey(sessionKey: string): SessionKeyParts {
  if (sessionKey === CATALOG_SESSION) return { caller: '', session: null }
  const [caller, session] = JSON.parse(sessionKey) as [string, number | null]
  return { caller, session }
}
