/** Finds people by any part of what is known of them, with how much they have to do. */
import type { ProjectCall } from '../open-services.ts'
import { readMembers } from '../store/members.ts'
import { resolveProject } from '../store/project.ts'

import { readWorkload } from '../store/workload.ts'
import { dateOf } from '../text/calendar-date.ts'
import { folded } from '../text/clean-input.ts'
import { type Person, readPeople, uniqueNamesOf } from './person.ts'
import { personOfCaller } from './resolve-person.ts'

/** A person as `find_people` answers. */
export type FoundPerson = Omit<Person, 'id'> & { open: number; in_progress: number; overdue: number }

/** All that are given must hold. */
export interface PeopleFilter {
  query?: string | undefined
  team?: string | undefined
  project?: string | undefined
}

/** Everybody who fits, by handle. */
export function findPeople(call: ProjectCall, filter: PeopleFilter): FoundPerson[] {
  const { db, now } = call.services
  const members = filter.project ? readMembers(db, resolveProject(db, filter.project).id) : undefined
  const load = new Map(
    readWorkload(db, { today: dateOf(now()), soon: dateOf(now(), 7) }).map((row) => [row.handle, row]),
  )
  return readPeople(db)
    .filter((person) => !members || members.includes(person.handle))
    .filter((person) => !filter.team || folded(person.team) === folded(filter.team))
    .filter((person) => !filter.query || isMeant(call, person, filter.query))
    .map(({ id: _id, ...person }) => {
      const { open = 0, in_progress = 0, overdue = 0 } = load.get(person.handle) ?? {}
      return { ...person, open, in_progress, overdue }
    })
}

function isMeant(call: ProjectCall, person: Person, query: string): boolean {
  const words = folded(query).replace(/^@/, '').split(' ').filter(Boolean)
  if (words.length === 1 && words[0] === 'me') return personOfCaller(call.services.db, call.caller)?.id === person.id
  const all = [...uniqueNamesOf(person), person.name, person.team, person.title].map(folded).join(' ')
  return words.every((word) => all.includes(word))
}
