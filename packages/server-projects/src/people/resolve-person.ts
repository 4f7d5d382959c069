/** Finds the person that a handle, login, e-mail address, name or `me` stands for. */
import type { Caller } from '@causeway/shared-contracts/caller'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import type { Database } from '../store/database.ts'
import { folded } from '../text/clean-input.ts'
import { closest } from '../text/closest.ts'
import { callerName } from './caller-name.ts'
import { isNameOf, type Person, readPeople, uniqueNamesOf } from './person.ts'

/** Most candidates that an error names. */
const MAX_CANDIDATES = 8

/**
 * The one person meant by `reference`.
 * @param from who asks, for `me`, and the argument that held the reference
 * @throws ToolError `unknown_person` with the closest handle, or `ambiguous_person` with the candidates
 */
export function resolvePerson(db: Database, reference: string, from: { caller: Caller; field: string }): Person {
  const people = readPeople(db)
  const wanted = folded(reference).replace(/^@/, '')
  if (wanted === 'me') return resolveMe(people, from)
  const matches = findPeople(people, wanted)
  if (matches.length === 1) return matches[0] as Person
  if (matches.length === 0) throw unknownPerson(people, wanted, from.field)
  const candidates = matches.slice(0, MAX_CANDIDATES)
  throw new ToolError(
    'ambiguous_person',
    `"${wanted}" could be ${candidates.map((person) => `${person.name} (${person.handle}, ${person.team})`).join(' or ')}. Call again with one of these handles.`,
    {
      field: from.field,
      allowed: candidates.map((person) => person.handle),
      candidates: candidates.map(({ handle, name, email, team }) => ({ handle, name, email, team })),
    },
  )
}

/** True for the words that stand for no person at all. */
export function isNobody(reference: string): boolean {
  return ['none', 'nobody', 'unassigned'].includes(folded(reference))
}

/** The person the caller is, if the user's name is somebody's, or, when it acts for no user, the agent's. */
export function personOfCaller(db: Database, caller: Caller): Person | undefined {
  return callerAmong(readPeople(db), caller)
}

function callerAmong(people: readonly Person[], caller: Caller): Person | undefined {
  return people.find((each) => isNameOf(each, callerName(caller)))
}

function resolveMe(people: readonly Person[], { caller, field }: { caller: Caller; field: string }): Person {
  const person = callerAmong(people, caller)
  if (person) return person
  throw new ToolError(
    'unknown_person',
    `"me" names nobody: you call as "${callerName(caller)}", which is no handle in this workspace. Name a person by handle, name or e-mail address.`,
    { field },
  )
}

// A unique name wins over a full name, and a full name over a part of one.
function findPeople(people: readonly Person[], wanted: string): Person[] {
  const stages: ((person: Person) => boolean)[] = [
    (person) => uniqueNamesOf(person).includes(wanted),
    (person) => folded(person.name) === wanted,
    (person) =>
      wanted.length > 1 &&
      folded(person.name)
        .split(/[\s-]+/)
        .includes(wanted),
    (person) => wanted.length > 2 && folded(person.name).includes(wanted),
  ]
  for (const matches of stages) {
    const found = people.filter(matches)
    if (found.length > 0) return found
  }
  return []
}

function unknownPerson(people: readonly Person[], wanted: string, field: string): ToolError {
  const handleOf = new Map<string, string>()
  for (const person of people)
    for (const name of [...uniqueNamesOf(person), folded(person.name), ...folded(person.name).split(' ')])
      if (!handleOf.has(name)) handleOf.set(name, person.handle)
  const near = handleOf.get(closest(wanted, handleOf.keys()) ?? '')
  return new ToolError(
    'unknown_person',
    `Nobody here is called "${wanted}". ${near ? `Did you mean ${near}? ` : ''}Use a handle, full name, e-mail address, or GitHub or Slack login.`,
    { field, ...(near ? { did_you_mean: near } : { allowed: people.map((person) => person.handle) }) },
  )
}
