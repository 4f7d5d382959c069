/** How a test says which requirement it proves: in its title, so that every run tells. */
import type { RequirementId } from '../requirements.ts'

/** The title with the requirement behind it; tests of one requirement prove its whole sentence together. */
export function verifies(id: RequirementId, title: string): string {
  return `${title} [${id}]`
}
