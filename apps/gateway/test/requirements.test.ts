/** The registry holds: it is complete, every requirement that is built is cited by a test, and no test cites one that is not there. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { REQUIREMENTS, type Requirement, type RequirementId } from './requirements.ts'
import { verifies } from './support/verifies.ts'

/** What was agreed on; an entry that leaves the registry unnoticed would be a promise that nobody keeps. */
const AGREED = {
  auth: 'matrix canonical issuer jwks metadata passthrough keys dpop dev bootstrap console',
  policy:
    'list-is-callable everywhere hidden batch one-parser odd-lists error-denies injective arguments reload explain linear approval',
  integrity: 'drift unicode shadow isolation bound cache links',
  edge: 'host json bytes limits slow ssrf commands errors',
  reliability:
    'faults bombs bulkhead breaker once cancel drain rolling crash disk stores config streams fair overload stdio restart',
  audit: 'complete tamper secrets escape',
  protocol: 'conformance cells names extensions',
}

const folder = join(import.meta.dirname, '..')
const sources = ['src', 'test', 'bench'].flatMap((part) =>
  readdirSync(join(folder, part), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts') && !name.endsWith('requirements.test.ts'))
    .map((name) => ({ name: join(part, name), text: readFileSync(join(folder, part, name), 'utf8') })),
)
const all = new Map<string, Requirement>(Object.entries(REQUIREMENTS))
/** Ids by what is cited in titles, and in tables that titles are made from. */
const cited = sources.flatMap(({ name, text }) =>
  [...text.matchAll(/\bverifies\(\s*'([^']+)'|: '([a-z]+\.[a-z-]+)',? *$/gm)].map((match) => ({
    name,
    id: (match[1] ?? match[2]) as string,
  })),
)

it('has every requirement that was agreed on, and no other', () => {
  const agreed = Object.entries(AGREED).flatMap(([area, names]) => names.split(' ').map((name) => `${area}.${name}`))
  expect([...all.keys()].toSorted()).toEqual(agreed.toSorted())
})

it('has a test for every requirement that is built', () => {
  const built = [...all].filter(([, { isBuilt }]) => isBuilt).map(([id]) => id)
  expect(built.filter((id) => !cited.some((each) => each.id === id))).toEqual([])
  expect(built.length).toBeGreaterThan(25)
})

it('is cited by tests for nothing that it does not have', () => {
  const titles = sources.flatMap(({ text }) => [...text.matchAll(/\bverifies\(\s*'([^']+)'/g)].map(([, id]) => id))
  expect(titles.filter((id) => !all.has(id as string))).toEqual([])
  expect(titles.length).toBeGreaterThan(50)
})

it('has the cited requirements built', () => {
  // A test of a part of something is fine, but whoever finishes the rest must come by here.
  const early = cited.filter(({ id }) => all.has(id) && !all.get(id)?.isBuilt)
  expect(early).toEqual([])
})

it('shows the id in the title', () => {
  const id: RequirementId = 'edge.json'
  expect(verifies(id, 'a title')).toBe('a title [edge.json]')
})
