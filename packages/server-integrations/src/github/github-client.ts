/** The few GitHub requests that the tools are made of. */
import { z } from 'zod'
import type { Connection } from '../connection/connection.ts'
import { isNotFound } from '../http/vendor-api.ts'
import type { VendorCall } from '../http/vendor-request.ts'
import { GithubCodeHits, GithubCommits, GithubContent } from './github-content.ts'
import { GithubComment, GithubIssue, GithubUser } from './github-issue.ts'
import { repositoryPath } from './repository-name.ts'

const IssuePage = z.object({ total_count: z.number().int(), items: z.array(GithubIssue) })

/** What a new issue consists of. */
export interface NewIssue {
  title: string
  body: string
  labels: string[]
  assignees: string[]
}

/** Returns GitHub's requests over one connection; each throws ToolError. */
export function createGithubClient(connection: Pick<Connection, 'call'>) {
  const get = { method: 'GET', effect: 'read' } as const
  const post = { method: 'POST', effect: 'write' } as const
  const client = {
    searchIssues: (
      search: { q: string; sort?: 'created' | 'updated'; page: number; perPage: number },
      call: VendorCall,
    ) =>
      connection.call(
        {
          ...get,
          path: ['search', 'issues'],
          query: {
            q: search.q,
            page: search.page,
            per_page: search.perPage,
            ...(search.sort ? { sort: search.sort, order: 'desc' } : {}),
          },
          doing: 'search issues',
          missing: 'GitHub found no such search.',
          shape: IssuePage,
        },
        call,
      ),

    getIssue: (at: { repo: string; number: number }, call: VendorCall) =>
      connection.call(
        {
          ...get,
          path: [...repositoryPath(at.repo), 'issues', String(at.number)],
          doing: `read issue ${at.repo}#${at.number}`,
          missing: missingIssue(at),
          shape: GithubIssue,
        },
        call,
      ),

    listComments: (at: { repo: string; number: number; page: number; perPage: number }, call: VendorCall) =>
      connection.call(
        {
          ...get,
          path: [...repositoryPath(at.repo), 'issues', String(at.number), 'comments'],
          query: { page: at.page, per_page: at.perPage },
          doing: `read the comments of ${at.repo}#${at.number}`,
          missing: missingIssue(at),
          shape: z.array(GithubComment),
        },
        call,
      ),

    getContent: (at: { repo: string; path: string; ref?: string | undefined }, call: VendorCall) =>
      connection.call(
        {
          ...get,
          path: [...repositoryPath(at.repo), 'contents', ...at.path.split('/').filter(Boolean)],
          ...(at.ref ? { query: { ref: at.ref } } : {}),
          doing: `read ${at.path || '/'} in ${at.repo}`,
          missing: `No path "${at.path}" in ${at.repo}${at.ref ? ` at ${at.ref}` : ''}, or this connection may not see it. List the folder above it with github_get_file.`,
          shape: GithubContent,
        },
        call,
      ),

    searchCode: (search: { repo: string; word: string; perPage: number }, call: VendorCall) =>
      connection.call(
        {
          ...get,
          path: ['search', 'code'],
          query: { q: `${search.word} repo:${search.repo}`, per_page: search.perPage },
          doing: `search the code of ${search.repo}`,
          missing: missingRepository(search.repo),
          shape: GithubCodeHits,
        },
        call,
      ),

    listCommits: (at: { repo: string; path: string; perPage: number }, call: VendorCall) =>
      connection.call(
        {
          ...get,
          path: [...repositoryPath(at.repo), 'commits'],
          query: { path: at.path, per_page: at.perPage },
          doing: `read the commits of ${at.path} in ${at.repo}`,
          missing: missingRepository(at.repo),
          shape: GithubCommits,
        },
        call,
      ),

    getRepository: (repo: string, call: VendorCall) =>
      connection.call(
        {
          ...get,
          path: repositoryPath(repo),
          doing: `read repository ${repo}`,
          missing: missingRepository(repo),
          shape: z.object({ full_name: z.string() }),
        },
        call,
      ),

    findUser: (login: string, call: VendorCall) =>
      connection
        .call(
          {
            ...get,
            path: ['users', login],
            doing: `read user ${login}`,
            missing: `No user ${login}.`,
            shape: GithubUser,
          },
          call,
        )
        .catch(undefinedIfMissing<GithubUser>),

    createIssue: (repo: string, issue: NewIssue, call: VendorCall) =>
      connection.call(
        {
          ...post,
          path: [...repositoryPath(repo), 'issues'],
          json: issue,
          doing: `create an issue in ${repo}`,
          missing: missingRepository(repo),
          check: `Look with github_search_issues(repo="${repo}", sort="newest") before you create it again.`,
          shape: GithubIssue,
        },
        call,
      ),

    createComment: (at: { repo: string; number: number }, body: string, call: VendorCall) =>
      connection.call(
        {
          ...post,
          path: [...repositoryPath(at.repo), 'issues', String(at.number), 'comments'],
          json: { body },
          doing: `comment on ${at.repo}#${at.number}`,
          missing: missingIssue(at),
          check: `Look with github_get_issue(repo="${at.repo}", number=${at.number}) before you comment again.`,
          shape: GithubComment,
        },
        call,
      ),
  }
  return client
}

/** GitHub's requests over one connection. */
export type GithubClient = ReturnType<typeof createGithubClient>

/** For `catch`: a thing that does not exist is an answer, not a failure. */
export function undefinedIfMissing<T>(error: unknown): T | undefined {
  if (isNotFound(error)) return undefined
  throw error
}

function missingIssue(at: { repo: string; number: number }): string {
  return `No issue ${at.repo}#${at.number}, or this connection may not see it. Find it with github_search_issues(repo="${at.repo}").`
}

function missingRepository(repo: string): string {
  return `No repository ${repo}, or this connection may not see it. Check the name; list_integrations tells what is connected.`
}
