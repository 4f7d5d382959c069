/** What the tools, resources and prompts of server-db work with: the sources, who sees them as what, and the results that are kept. */
import type { Caller } from '@causeway/shared-contracts/caller'
import type { ConfirmationCodec } from '@causeway/shared-contracts/confirmation-codec'
import type { CursorCodec } from '@causeway/shared-contracts/cursor-codec'
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { closestName } from './closest-name.ts'
import type { NamedQuery } from './config/databases-schema.ts'
import type { QueryEngine } from './engine/query-engine.ts'
import type { SourceLimits } from './engine/query-limits.ts'
import type { Viewer } from './policy/viewer.ts'
import { type RoleClaims, requireViewer } from './policy/viewer-of.ts'
import type { Exports } from './results/exports.ts'
import type { KeptResults } from './results/kept-results.ts'

/** One database as this domain server offers it. */
export interface Source {
  id: string
  about: string
  limits: SourceLimits
  engine: QueryEngine
  queries: Readonly<Record<string, NamedQuery>>
  /** The table of people, if there is one. */
  users?: string
}

/** Made by the domain server's `open`. */
export interface DbServices {
  sources: readonly Source[]
  /** From the most to the least privileged. */
  roles: readonly RoleClaims[]
  cursors: CursorCodec
  results: KeptResults
  exports: Exports
  confirmations: ConfirmationCodec
}

/** A source, and as whom the caller sees it. */
export interface SourceView {
  source: Source
  viewer: Viewer
}

/** Declares a tool of this domain server. */
export const dbTool = toolOf<DbServices>()

/**
 * The source named `database`, or the only one there is.
 * @throws {ToolError} `forbidden` for a caller without a role, `not_found` for an unknown name
 */
export function viewSource(services: DbServices, caller: Caller, database: string | undefined): SourceView {
  const viewer = requireViewer(caller, services.roles)
  const { sources } = services
  const ids = sources.map((source) => source.id)
  if (database === undefined && sources.length === 1) return { source: sources[0]!, viewer }
  const source = sources.find((one) => one.id === database)
  if (source) return { source, viewer }
  const closest = database && closestName(database, ids)
  throw new ToolError(
    'not_found',
    database === undefined
      ? `There are several databases. Name one of: ${ids.join(', ')}.`
      : `No database "${database}". Use one of: ${ids.join(', ')}.`,
    { field: 'database', allowed: ids, ...(closest ? { did_you_mean: closest } : {}) },
  )
}
