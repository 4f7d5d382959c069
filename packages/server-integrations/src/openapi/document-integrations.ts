/** The APIs that are known by their documents alone, as list_integrations tells of them. */
import type { Caller } from '@causeway/shared-contracts/caller'
import type { Operations } from './open-operations.ts'
import { isVendored } from './operation-catalog.ts'
import { variablesOf } from './operation-connections.ts'

/** One of them. */
export interface DocumentIntegration {
  id: string
  state: 'ready' | 'unavailable' | 'held_back'
  account: 'shared' | 'none'
  /** What the operator sets where there is no account. */
  variables: string
}

/**
 * Those that have no tools of their own, vendored ones first.
 * @param shared ids of the connectors that have
 */
export async function documentIntegrations(
  operations: Operations,
  { shared, caller }: { shared: readonly string[]; caller: Caller },
): Promise<DocumentIntegration[]> {
  const ids = operations.catalog.connectors().filter((id) => !shared.includes(id))
  return Promise.all(
    ids.map((id) => (isVendored(id) ? vendored(operations, id) : imported(operations, { id, caller }))),
  )
}

/** Their tokens are looked for, so that nothing need be compiled for a list. */
function vendored({ connections }: Operations, id: string): DocumentIntegration {
  const account = connections.hasToken(id) ? 'shared' : 'none'
  return { id, state: 'ready', account, variables: variablesOf(id, false).token }
}

async function imported(
  { catalog, connections }: Operations,
  { id, caller }: { id: string; caller: Caller },
): Promise<DocumentIntegration> {
  const { token, url } = variablesOf(id, true)
  const variables = `${token} and ${url}`
  const entry = await catalog.entry(id).catch(() => undefined)
  if (!entry) return { id, state: 'unavailable', account: 'none', variables }
  try {
    const connection = connections.of(entry.api, true)
    return { id, state: connection.isHeldBack(caller) ? 'held_back' : 'ready', account: 'shared', variables }
  } catch {
    return { id, state: 'ready', account: 'none', variables }
  }
}
