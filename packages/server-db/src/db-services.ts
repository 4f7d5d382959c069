/** What the tools, resources and prompts of server-db work with: the sources and the codec of their cursors. */
import type { Caller } from '@causeway/shared-contracts/caller'
import type { CursorCodec } from '@causeway/shared-contracts/cursor-codec'
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { closestName } from './closest-name.ts'
import type { QueryEngine } from './engine/query-engine.ts'
import { requireRole } from './policy/role-of.ts'
import type { Role } from './policy/source-policy.ts'

/** One database as this domain server offers it. */
export interface Source {
  id: string
  about: string
  engine: QueryEngine
}

/** Made by the domain server's `open`. */
export interface DbServices {
  sources: readonly Source[]
  cursors: CursorCodec
}

/** A source, and the role in which the caller sees it. */
export interface SourceView {
  source: Source
  role: Role
}

/** Declares a tool of this domain server. */
export const dbTool = toolOf<DbServices>()

/**
 * The source named `database`, or the only one there is.
 * @throws {ToolError} `forbidden` for a caller without a role, `not_found` for an unknown name
 */
export function viewSource(services: DbServices, caller: Caller, database: string | undefined): SourceView {
  const role = requireRole(caller)
  const { sources } = services
  const ids = sources.map((source) => source.id)
  if (database === undefined && sources.length === 1) return { source: sources[0]!, role }
  const source = sources.find((one) => one.id === database)
  if (source) return { source, role }
  const closest = database && closestName(database, ids)
  throw new ToolError(
    'not_found',
    database === undefined
      ? `There are several databases. Name one of: ${ids.join(', ')}.`
      : `No database "${database}". Use one of: ${ids.join(', ')}.`,
    { field: 'database', allowed: ids, ...(closest ? { did_you_mean: closest } : {}) },
  )
}
