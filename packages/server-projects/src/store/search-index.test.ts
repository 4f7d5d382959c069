/** Queries as FTS5 may see them: words, never syntax. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openWorkspace, type Workspace } from '../../test/open-workspace.ts'
import { scoredMatches, searchTerms } from './search-index.ts'

let workspace: Workspace
beforeAll(() => {
  workspace = openWorkspace()
})
afterAll(() => workspace.remove())

it('quotes every word and keeps phrases', () => {
  expect(searchTerms('Order* "order summary" NEAR(a b)')).toEqual([
    '"Order*" *',
    '"order summary" *',
    '"NEAR(a" *',
    '"b)"',
  ])
})

it('leaves out empty words unless there is nothing else', () => {
  expect(searchTerms('the coupon is applied')).toEqual(['"coupon" *', '"applied" *'])
  expect(searchTerms('to be')).toEqual(['"to"', '"be"'])
})

it.each(['', '   ', '"""', '!!! ***', '\u200B'])('refuses %j, which has no word', (query) => {
  expect(() => searchTerms(query)).toThrow(/no word/)
})

it.each([
  '"',
  'a"b',
  'title:x OR body:y',
  'a AND OR NOT',
  'NEAR("a", 3)',
  '^start',
  'col : {a b}',
  "'); DROP TABLE tasks; --",
  '(((((',
  'x*y* -z +w',
  '\\"x\\"',
  'ü 日本語 😀1',
])('runs %j without an error', (query) => {
  const terms = searchTerms(`${query} word`)
  const { sql, parameters } = scoredMatches(terms)
  expect(workspace.db.all(`SELECT count(*) AS n FROM ${sql}`, parameters)).toHaveLength(1)
})
