/** Refuses a plan that was made on an older version of the sprint. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import type { Database } from './database.ts'
import { sprintView } from './project-details.ts'
import type { Sprint } from './sprint.ts'

/** @throws ToolError `version_conflict` with the sprint as it is */
export function requireSprintVersion(db: Database, sprint: Sprint | undefined, expected: number | undefined): void {
  if (expected === undefined || sprint?.version === expected) return
  throw new ToolError(
    'version_conflict',
    sprint
      ? `${sprint.name} is at version ${sprint.version}, not ${expected}. Read it with get_project, decide again, and call with expected_version: ${sprint.version}.`
      : 'There is no sprint of this name yet. Call again without expected_version to make it.',
    { field: 'expected_version', ...(sprint ? { current: sprintView(db, sprint) } : {}) },
  )
}
