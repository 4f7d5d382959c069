/** Which scenarios of the suite run, on which revision, and which of them must pass: as the suite's own requirement sets say, and a few more. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'

/** The folder of the installed suite. */
export const SUITE_DIR = dirname(
  createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json'),
)

/** The revisions that the suite has requirement sets for. */
export const REVISIONS = ['2025-11-25', '2026-07-28'] as const

/** One of them. */
export type Revision = (typeof REVISIONS)[number]

/** One scenario on one revision. */
export interface Scenario {
  name: string
  revision: Revision
  /** Whether it must pass; the others run to be compared. */
  isRequired: boolean
  /** Whether it runs with the revision's requirement set; the others are started one by one. */
  isInSet: boolean
}

interface RequirementSet {
  server: string[]
  client: string[]
  not_scored: { scenario: string; leg: 'server' | 'client' }[]
}

// Required here although the set leaves them open: a gateway that does not check headers lets them be forged.
const ALSO_REQUIRED = ['http-header-validation', 'http-custom-header-server-validation']

const OUTSIDE_THE_SETS: Record<Revision, readonly string[]> = {
  '2025-11-25': [],
  '2026-07-28': ['sep-2640-skills-enumeration', 'sep-2640-skills-manifest', 'sep-2640-skills-directory'],
}

/** All scenarios of a revision that judge an MCP endpoint, in the order in which they run. */
export function scenariosOf(revision: Revision): Scenario[] {
  return [...inSet(revision, 'server'), ...OUTSIDE_THE_SETS[revision].map((name) => outside(name, revision))]
}

/** All scenarios of a revision that judge a client. */
export function clientScenariosOf(revision: Revision): Scenario[] {
  return inSet(revision, 'client')
}

function inSet(revision: Revision, leg: 'server' | 'client'): Scenario[] {
  const set = parse(readFileSync(join(SUITE_DIR, 'requirements', `${revision}.yaml`), 'utf8')) as RequirementSet
  const open = set.not_scored.filter((one) => one.leg === leg).map(({ scenario }) => scenario)
  const scenario = (name: string, isRequired: boolean) => ({ name, revision, isRequired, isInSet: true })
  return [
    ...set[leg].map((name) => scenario(name, true)),
    ...open.map((name) => scenario(name, ALSO_REQUIRED.includes(name))),
  ]
}

function outside(name: string, revision: Revision): Scenario {
  return { name, revision, isRequired: false, isInSet: false }
}
