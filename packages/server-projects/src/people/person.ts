/** People of the workspace, and every name they answer to. */
import type { Database } from '../store/database.ts'
import { folded } from '../text/clean-input.ts'

/** One person as stored. */
export interface Person {
  id: number
  handle: string
  name: string
  email: string
  team: string
  title: string
  github: string | null
  slack: string | null
}

/** All people, by handle. */
export function readPeople(db: Database): Person[] {
  return db.all<Person>('SELECT * FROM users ORDER BY handle')
}

/** Names that are one person's alone, folded: handle, e-mail address, GitHub and Slack login. */
export function uniqueNamesOf(person: Person): string[] {
  return [person.handle, person.email, person.github, person.slack].filter((name) => name !== null).map(folded)
}

/** Whether an authority that proved this name has proved this person: folding would let a look-alike in. */
export function isNameOf({ handle, email, github, slack }: Person, proven: string): boolean {
  return [handle, email, github, slack].some((name) => name !== null && lowerAscii(name) === lowerAscii(proven))
}

function lowerAscii(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}
