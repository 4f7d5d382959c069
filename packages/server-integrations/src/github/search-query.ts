/** Builds a GitHub issue search out of separate arguments, so that words stay words and never become qualifiers. */

/** The arguments that decide what a search finds. */
export interface IssueSearch {
  repo: string
  query?: string | undefined
  state: 'open' | 'closed' | 'all'
  labels: readonly string[]
}

const MAX_WORDS = 12

/** The words of a query, without the characters by which a word could act as a qualifier, a phrase or a negation. */
export function searchWords(query: string): string[] {
  return query
    .split(/[\s:"'`()]+/)
    .map((word) => word.replace(/^-+/, ''))
    .filter(Boolean)
    .slice(0, MAX_WORDS)
}

/** GitHub's search text for `words` within the search's limits. */
export function issueSearchText(search: IssueSearch, words: readonly string[]): string {
  return [
    ...words,
    `repo:${search.repo}`,
    'is:issue',
    ...(search.state === 'all' ? [] : [`state:${search.state}`]),
    ...search.labels.map((label) => `label:"${label.replaceAll('"', '')}"`),
  ].join(' ')
}
