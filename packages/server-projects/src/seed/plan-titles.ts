/** Chooses what the tasks of a seeded project are about, no two alike. */
import type { SeededArea, SeededKind, SeededProject } from './seeded-project.ts'
import { createSeededRandom } from './seeded-random.ts'

/** What one task is about. */
export interface PlannedTitle {
  kind: SeededKind
  title: string
  area: SeededArea
  thing: string
}

/** As many titles as the project has tasks, the same on every day. */
export function planTitles(project: SeededProject): PlannedTitle[] {
  const random = createSeededRandom(`${project.key}:titles`)
  const kinds = Object.entries(project.titles) as [SeededKind, readonly string[]][]
  const all = kinds.flatMap(([kind, titles]) =>
    titles.flatMap((title) =>
      project.areas.flatMap((area) =>
        area.things.map((thing) => ({ kind, title: capitalized(title.replace('{thing}', thing)), area, thing })),
      ),
    ),
  )
  return all
    .map((planned) => ({ planned, rank: random.next() }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, project.taskCount)
    .map(({ planned }) => planned)
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
