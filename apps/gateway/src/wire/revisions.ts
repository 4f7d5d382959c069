/** The protocol revisions that are served, and the reserved `_meta` keys of the modern one. */

/** The stateless revision. */
export const MODERN_REVISION = '2026-07-28'
/** The `initialize` revisions, newest first. */
export const LEGACY_REVISIONS = ['2025-11-25', '2025-06-18', '2025-03-26'] as const

export type Era = 'modern' | 'legacy'
export type LegacyRevision = (typeof LEGACY_REVISIONS)[number]

export const VERSION_META = 'io.modelcontextprotocol/protocolVersion'
export const CAPABILITIES_META = 'io.modelcontextprotocol/clientCapabilities'
export const CLIENT_INFO_META = 'io.modelcontextprotocol/clientInfo'
export const LOG_LEVEL_META = 'io.modelcontextprotocol/logLevel'
export const SUBSCRIPTION_ID_META = 'io.modelcontextprotocol/subscriptionId'
export const SERVER_INFO_META = 'io.modelcontextprotocol/serverInfo'

/** Whether a revision string names the modern era: revisions are dates, and order as text. */
export function isModernRevision(revision: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(revision) && revision >= MODERN_REVISION
}

/** Whether a revision is one of the legacy revisions that are served. */
export function isLegacyRevision(revision: unknown): revision is LegacyRevision {
  return LEGACY_REVISIONS.includes(revision as LegacyRevision)
}
