/** GitHub's requests over one connection, as the tools call them. */
import type { Connection } from '../connection/connection.ts'
import { isNotFound } from '../http/vendor-api.ts'
import type { VendorCall } from '../http/vendor-request.ts'
import * as requests from './github-requests.ts'

/** Returns the client; each of its functions throws ToolError. */
export function createGithubClient({ call }: Pick<Connection, 'call'>) {
  /** A request made of one argument, as a function of it and of the tool call. */
  const bound =
    <Argument, Request extends Parameters<typeof call>[0]>(build: (argument: Argument) => Request) =>
    (argument: Argument, by: VendorCall) =>
      call<Request['shape']>(build(argument), by)
  const getUser = bound(requests.getUserRequest)
  return {
    searchIssues: bound(requests.searchIssuesRequest),
    getIssue: bound(requests.getIssueRequest),
    listComments: bound(requests.listCommentsRequest),
    getContent: bound(requests.getContentRequest),
    searchCode: bound(requests.searchCodeRequest),
    listCommits: bound(requests.listCommitsRequest),
    listPullRequests: bound(requests.listPullRequestsRequest),
    getPullRequest: bound(requests.getPullRequestRequest),
    listChangedFiles: bound(requests.listChangedFilesRequest),
    commitLog: bound(requests.commitLogRequest),
    getRepository: bound(requests.getRepositoryRequest),
    createIssue: bound(requests.createIssueRequest),
    createComment: bound(requests.createCommentRequest),
    /** The profile, or undefined when there is no such user. */
    findUser: (login: string, by: VendorCall) => orUndefinedIfMissing(getUser(login, by)),
  }
}

/** GitHub's requests over one connection. */
export type GithubClient = ReturnType<typeof createGithubClient>

/** A thing that may not exist: undefined then, and its other failures as they are. */
export async function orUndefinedIfMissing<T>(running: Promise<T>): Promise<T | undefined> {
  try {
    return await running
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}
