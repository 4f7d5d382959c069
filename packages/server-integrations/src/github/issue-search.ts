/** Searches one repository's issues: by all the words, and by some of them when no issue has all. */
import type { VendorCall } from '../http/vendor-request.ts'
import { type PagePlace, type RowsAfter, rowsAfter } from './anchored-paging.ts'
import type { GithubClient } from './github-client.ts'
import type { GithubIssue } from './github-issue.ts'
import { type IssueSearch, issueSearchText, searchWords } from './search-query.ts'

const MAX_SINGLE_WORDS = 3
const SINGLE_WORD_HITS = 50

/** Newest created or updated first; undefined leaves the order to GitHub. */
export type IssueOrder = 'created' | 'updated' | undefined

/** What to search, in which order, from where. */
export interface OrderedIssueSearch extends IssueSearch {
  order: IssueOrder
  limit: number
  place?: PagePlace | undefined
}

/** The issues found, and how to go on. */
export interface FoundIssues {
  issues: GithubIssue[]
  total: number
  matched: 'all_words' | 'some_words'
  placeAfter: RowsAfter<GithubIssue>['placeAfter']
}

/** @returns undefined when `place` can no longer be found in the results */
export async function searchIssues(
  github: GithubClient,
  search: OrderedIssueSearch,
  call: VendorCall,
): Promise<FoundIssues | undefined> {
  const words = searchWords(search.query ?? '')
  const found = await rowsAfter(
    {
      perPage: search.limit,
      idOf: (issue: GithubIssue) => issue.number,
      async fetch(page) {
        const q = issueSearchText(search, words)
        const sort = search.order ?? (words.length === 0 ? 'created' : undefined)
        const answer = await github.searchIssues({ q, page, perPage: search.limit, ...(sort ? { sort } : {}) }, call)
        return { total: answer.total_count, rows: answer.items }
      },
    },
    search.place,
  )
  if (!found) return undefined
  if (found.rows.length === 0 && words.length > 1 && !search.place)
    return searchSomeWords(github, { search, words }, call)
  return { issues: found.rows, total: found.total, matched: 'all_words', placeAfter: found.placeAfter }
}

async function searchSomeWords(
  github: GithubClient,
  { search, words }: { search: OrderedIssueSearch; words: readonly string[] },
  call: VendorCall,
): Promise<FoundIssues> {
  // The longest words tell the most, and every further request counts against GitHub's search limit.
  const telling = words.toSorted((a, b) => b.length - a.length).slice(0, MAX_SINGLE_WORDS)
  const found = new Map<number, GithubIssue>()
  for (const word of telling) {
    const query = { q: issueSearchText(search, [word]), page: 1, perPage: SINGLE_WORD_HITS, sort: 'created' as const }
    const { items } = await github.searchIssues(query, call)
    for (const issue of items) found.set(issue.number, issue)
  }
  const shared = (issue: GithubIssue) => {
    const text = `${issue.title} ${issue.body}`.toLowerCase()
    return words.filter((word) => text.includes(word.toLowerCase())).length
  }
  const ranked = [...found.values()].sort((a, b) => shared(b) - shared(a) || b.number - a.number)
  const issues = ranked.slice(0, search.limit)
  return { issues, total: ranked.length, matched: 'some_words', placeAfter: () => undefined }
}
