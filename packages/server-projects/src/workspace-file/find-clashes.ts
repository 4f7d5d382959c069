/** Finds what of a workspace file would be taken for something else: a name that means two people or projects, a number that would be given twice. */
import { isNobody } from '../people/resolve-person.ts'
import { folded } from '../text/clean-input.ts'
import type { WorkspaceFile } from './workspace-file.ts'

/** Problems as `path: what`. */
export function findClashes(file: WorkspaceFile): string[] {
  return [
    ...sharedNames(file.people, ['handle', 'email', 'github', 'slack'], 'people'),
    ...sharedNames(file.projects, ['key', 'name', 'repository'], 'projects'),
    ...file.people.flatMap(({ handle }, i) =>
      isNobody(handle) || folded(handle) === 'me' ? [`people.${i}.handle: "${handle}" is a word for others`] : [],
    ),
    ...usedNumbers(file),
  ]
}

// Whoever a name is proved to be, and whatever is asked for by one, must be one alone.
function sharedNames<Name extends string>(
  rows: readonly Record<Name, string | null>[],
  fields: readonly Name[],
  at: string,
): string[] {
  const owners = new Map<string, number>()
  return rows.flatMap((row, i) =>
    fields.flatMap((field) => {
      const name = row[field] === null ? '' : folded(row[field])
      const owner = owners.get(name) ?? i
      if (name) owners.set(name, owner)
      return owner === i ? [] : [`${at}.${i}.${field}: "${row[field]}" means ${at}.${owner} too`]
    }),
  )
}

function usedNumbers({ projects, tasks }: WorkspaceFile): string[] {
  const highest = new Map<string, number>()
  for (const { key } of tasks) {
    const [project = '', number] = key.split('-')
    highest.set(project, Math.max(Number(number), highest.get(project) ?? 0))
  }
  return projects.flatMap(({ key, last_number }, i) => {
    const used = highest.get(key) ?? 0
    return used > last_number ? [`projects.${i}.last_number: ${key}-${used} has a higher one`] : []
  })
}
