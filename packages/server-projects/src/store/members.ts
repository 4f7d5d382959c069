/** Who belongs to a project. */
import type { Database } from './database.ts'

/** Handles of a project's members. */
export function readMembers(db: Database, projectId: number): string[] {
  return db
    .all<{ handle: string }>(
      'SELECT u.handle FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.project_id = :projectId ORDER BY u.handle',
      { projectId },
    )
    .map(({ handle }) => handle)
}

/** Makes a person a member; false when they were one. */
export function addMember(db: Database, to: { projectId: number; userId: number; at: string }): boolean {
  const sql = `INSERT INTO memberships (project_id, user_id, since) VALUES (:projectId, :userId, :at)
    ON CONFLICT DO NOTHING RETURNING user_id`
  return db.get(sql, to) !== undefined
}

/** Ends a membership; false when there was none. */
export function removeMember(db: Database, from: { projectId: number; userId: number }): boolean {
  const sql = 'DELETE FROM memberships WHERE project_id = :projectId AND user_id = :userId RETURNING user_id'
  return db.get(sql, { projectId: from.projectId, userId: from.userId }) !== undefined
}
