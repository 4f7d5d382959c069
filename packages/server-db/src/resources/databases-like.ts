/** Completes the id of a database in a resource's URI. */
import type { DbServices } from '../db-services.ts'

/** The ids that contain what was typed. */
export function databasesLike(typed: string, { sources }: DbServices): string[] {
  return sources.map(({ id }) => id).filter((id) => id.includes(typed))
}
