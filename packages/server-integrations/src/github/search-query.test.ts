/** Words stay words in an issue search. */
import { expect, it } from 'vitest'
import { issueSearchText, searchWords } from './search-query.ts'

it('makes words of anything', () => {
  expect(searchWords('Error 500: "can\'t pay" -label:bug (now)')).toEqual([
    'Error',
    '500',
    'can',
    't',
    'pay',
    'label',
    'bug',
    'now',
  ])
  expect(searchWords(' \n')).toEqual([])
})

it('adds the qualifiers of the arguments, and no others', () => {
  const search = { repo: 'a/b', state: 'open' as const, labels: ['good "first" issue'] }
  expect(issueSearchText(search, ['x'])).toBe('x repo:a/b is:issue state:open label:"good first issue"')
  expect(issueSearchText({ ...search, state: 'all', labels: [] }, [])).toBe('repo:a/b is:issue')
})
