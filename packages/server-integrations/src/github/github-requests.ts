/** The GitHub requests that the tools are made of, each as data. */
import { z } from 'zod'
import type { VendorRequest } from '../http/vendor-request.ts'
import { GithubCodeHits, GithubCommits, GithubContent } from './github-content.ts'
import { GithubComment, GithubIssue, GithubUser } from './github-issue.ts'
import { GithubChangedFiles, GithubCommitLog, GithubPullRequest } from './github-pull-request.ts'
import { repositoryPath } from './repository-name.ts'

const GET = { method: 'GET', effect: 'read' } as const
const POST = { method: 'POST', effect: 'write' } as const
const IssuePage = z.object({ total_count: z.number().int(), items: z.array(GithubIssue) })

/** An issue by repository and number. */
export interface IssueAddress {
  repo: string
  number: number
}

/** What a new issue consists of. */
export interface NewIssue {
  repo: string
  title: string
  body: string
  labels: string[]
  assignees: string[]
}

/** One page of an issue search; without `sort` GitHub ranks by its own measure. */
export function searchIssuesRequest(search: {
  q: string
  sort?: 'created' | 'updated' | undefined
  page: number
  perPage: number
}) {
  return {
    ...GET,
    path: ['search', 'issues'],
    query: {
      q: search.q,
      page: search.page,
      per_page: search.perPage,
      sort: search.sort,
      order: search.sort && 'desc',
    },
    doing: 'search issues',
    missing: 'GitHub found no such search.',
    shape: IssuePage,
  } satisfies VendorRequest
}

/** One issue. */
export function getIssueRequest(at: IssueAddress) {
  return {
    ...GET,
    path: [...repositoryPath(at.repo), 'issues', String(at.number)],
    doing: `read issue ${at.repo}#${at.number}`,
    missing: missingIssue(at),
    shape: GithubIssue,
  } satisfies VendorRequest
}

/** One page of an issue's comments, the oldest first. */
export function listCommentsRequest(at: IssueAddress & { page: number; perPage: number }) {
  return {
    ...GET,
    path: [...repositoryPath(at.repo), 'issues', String(at.number), 'comments'],
    query: { page: at.page, per_page: at.perPage },
    doing: `read the comments of ${at.repo}#${at.number}`,
    missing: missingIssue(at),
    shape: z.array(GithubComment),
  } satisfies VendorRequest
}

/** A file or a folder's entries. */
export function getContentRequest(at: { repo: string; path: string; ref?: string | undefined }) {
  const where = `in ${at.repo}${at.ref ? ` at ${at.ref}` : ''}`
  return {
    ...GET,
    path: [...repositoryPath(at.repo), 'contents', ...at.path.split('/').filter(Boolean)],
    query: { ref: at.ref },
    doing: `read ${at.path} ${where}`,
    missing: `No path "${at.path}" ${where}, or this connection may not see it. List the folder above it with github_get_file.`,
    shape: GithubContent,
  } satisfies VendorRequest
}

/** Files of a repository that contain a word. */
export function searchCodeRequest(search: { repo: string; word: string; perPage: number }) {
  return {
    ...GET,
    path: ['search', 'code'],
    query: { q: `${search.word} repo:${search.repo}`, per_page: search.perPage },
    doing: `search the code of ${search.repo}`,
    missing: missingRepository(search.repo),
    shape: GithubCodeHits,
  } satisfies VendorRequest
}

/** The latest commits that changed a path. */
export function listCommitsRequest(at: { repo: string; path: string; perPage: number }) {
  return {
    ...GET,
    path: [...repositoryPath(at.repo), 'commits'],
    query: { path: at.path, per_page: at.perPage },
    doing: `read the commits of ${at.path} in ${at.repo}`,
    missing: missingRepository(at.repo),
    shape: GithubCommits,
  } satisfies VendorRequest
}

/** One page of a repository's pull requests, the newest first. */
export function listPullRequestsRequest(at: { repo: string; state: string; page: number; perPage: number }) {
  return {
    ...GET,
    path: [...repositoryPath(at.repo), 'pulls'],
    query: { state: at.state, sort: 'created', direction: 'desc', page: at.page, per_page: at.perPage },
    doing: `list the pull requests of ${at.repo}`,
    missing: missingRepository(at.repo),
    shape: z.array(GithubPullRequest),
  } satisfies VendorRequest
}

/** One pull request. */
export function getPullRequestRequest(at: IssueAddress) {
  return {
    ...GET,
    path: [...repositoryPath(at.repo), 'pulls', String(at.number)],
    doing: `read pull request ${at.repo}#${at.number}`,
    missing: missingPullRequest(at),
    shape: GithubPullRequest,
  } satisfies VendorRequest
}

/** The files that a pull request changes, at most one page. */
export function listChangedFilesRequest(at: IssueAddress & { perPage: number }) {
  return {
    ...GET,
    path: [...repositoryPath(at.repo), 'pulls', String(at.number), 'files'],
    query: { per_page: at.perPage },
    doing: `read the files of ${at.repo}#${at.number}`,
    missing: missingPullRequest(at),
    shape: GithubChangedFiles,
  } satisfies VendorRequest
}

/** The history back from a commit or a branch, its newest first. */
export function commitLogRequest(at: {
  repo: string
  from?: string | undefined
  path?: string | undefined
  since?: string | undefined
  perPage: number
}) {
  return {
    ...GET,
    path: [...repositoryPath(at.repo), 'commits'],
    query: { sha: at.from, path: at.path, since: at.since, per_page: at.perPage },
    doing: `read the commits of ${at.repo}`,
    missing: missingRepository(at.repo),
    shape: GithubCommitLog,
  } satisfies VendorRequest
}

/** The repository itself; used to tell whether it exists. */
export function getRepositoryRequest(repo: string) {
  return {
    ...GET,
    path: repositoryPath(repo),
    doing: `read repository ${repo}`,
    missing: missingRepository(repo),
    shape: z.object({ full_name: z.string() }),
  } satisfies VendorRequest
}

/** A person's public profile. */
export function getUserRequest(login: string) {
  return {
    ...GET,
    path: ['users', login],
    doing: `read user ${login}`,
    missing: `No user ${login}.`,
    shape: GithubUser,
  } satisfies VendorRequest
}

/** A new issue. */
export function createIssueRequest({ repo, ...issue }: NewIssue) {
  return {
    ...POST,
    path: [...repositoryPath(repo), 'issues'],
    json: issue,
    doing: `create an issue in ${repo}`,
    missing: missingRepository(repo),
    check: `Look with github_search_issues(repo="${repo}", sort="newest") before you create it again.`,
    shape: GithubIssue,
  } satisfies VendorRequest
}

/** A new comment. */
export function createCommentRequest({ body, ...at }: IssueAddress & { body: string }) {
  return {
    ...POST,
    path: [...repositoryPath(at.repo), 'issues', String(at.number), 'comments'],
    json: { body },
    doing: `comment on ${at.repo}#${at.number}`,
    missing: missingIssue(at),
    check: `Look with github_get_issue(repo="${at.repo}", number=${at.number}) before you comment again.`,
    shape: GithubComment,
  } satisfies VendorRequest
}

function missingIssue(at: IssueAddress): string {
  return `No issue ${at.repo}#${at.number}, or this connection may not see it. Find it with github_search_issues(repo="${at.repo}").`
}

function missingPullRequest(at: IssueAddress): string {
  return `No pull request ${at.repo}#${at.number}, or this connection may not see it. Find it with github_list_pull_requests(repo="${at.repo}").`
}

function missingRepository(repo: string): string {
  return `No repository ${repo}, or this connection may not see it. Check the name; list_integrations tells what is connected.`
}
