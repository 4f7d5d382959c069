/** The tool that reads one issue with its newest comments. */
import { fitRows } from '@causeway/shared-contracts/bounded-rows'
import { markUntrusted } from '@causeway/shared-contracts/clean-text'
import { z } from 'zod'
import type { GithubClient } from '../github/github-client.ts'
import type { GithubComment, GithubIssue } from '../github/github-issue.ts'
import { mentionedPaths } from '../github/mentioned-paths.ts'
import { repositoryName } from '../github/repository-name.ts'
import type { VendorCall } from '../http/vendor-request.ts'
import { Person, personLabel } from '../shape/person.ts'
import { bounded, WorkItem } from '../shape/work-item.ts'
import { integrationTool } from './integration-tool.ts'

const MAX_BODY_CHARS = 7_000
const MAX_COMMENT_CHARS = 1_500
const COMMENTS_BYTES = 6_000

const Comment = z.object({ author: Person, body: z.string(), created_at: z.string() })
const Issue = WorkItem.extend({ number: z.number(), body: z.string(), comment_count: z.number(), kind: z.string() })

/** `github_get_issue` */
export const githubGetIssue = integrationTool({
  name: 'github_get_issue',
  title: 'Get a GitHub issue',
  description:
    'Reads one issue: text, people, newest comments, and the file paths it mentions, for github_find_code_owner. Number unknown: github_search_issues.',
  effect: 'read',
  openWorld: true,
  input: z.object({
    repo: repositoryName,
    number: z.number().int().min(1).max(9_999_999).describe('e.g. 456'),
    comments: z.number().int().min(0).max(50).default(10).describe('Most comments'),
  }),
  output: Issue.extend({
    comments: z.array(Comment),
    mentioned_paths: z.array(z.string()),
    truncated: z.boolean(),
    untrusted: z.boolean(),
  }),
  async run({ repo, number, comments: wanted }, call) {
    const { github } = call.services
    const issue = await github.getIssue({ repo, number }, call)
    const newest = await newestComments(github, { repo, number, total: issue.comment_count, wanted }, call)
    const body = issue.body.slice(0, MAX_BODY_CHARS)
    const comments = fitNewest(newest)
    const isCut =
      body.length < issue.body.length || comments.some((each, i) => each.body !== newest.at(i - comments.length)?.body)
    const { is_pull_request, ...facts } = issue
    const data = {
      ...bounded({ ...facts, ref: `gh:${repo}#${number}` }),
      kind: is_pull_request ? 'pull request' : 'issue',
      body,
      comments,
      mentioned_paths: mentionedPaths(`${issue.body}\n${newest.map((each) => each.body).join('\n')}`),
      truncated: isCut || comments.length < newest.length,
      untrusted: true,
    }
    return { text: render(repo, data), data }
  },
})

async function newestComments(
  github: GithubClient,
  at: { repo: string; number: number; total: number; wanted: number },
  call: VendorCall,
): Promise<GithubComment[]> {
  if (at.wanted === 0 || at.total === 0) return []
  const lastPage = Math.ceil(at.total / at.wanted)
  // GitHub lists the oldest first: the newest are on the last page, which is seldom full, and the one before.
  const pages = lastPage > 1 && at.total % at.wanted !== 0 ? [lastPage - 1, lastPage] : [lastPage]
  const found = await Promise.all(
    pages.map((page) => github.listComments({ repo: at.repo, number: at.number, page, perPage: at.wanted }, call)),
  )
  return found.flat().slice(-at.wanted)
}

function fitNewest(comments: readonly GithubComment[]): GithubComment[] {
  const cut = comments.map((comment) => ({ ...comment, body: comment.body.slice(0, MAX_COMMENT_CHARS) }))
  return fitRows(cut.toReversed(), commentText, COMMENTS_BYTES).toReversed()
}

function commentText(comment: GithubComment): string {
  return `${personLabel(comment.author)}, ${comment.created_at}:\n${comment.body}`
}

type IssueData = Omit<GithubIssue, 'is_pull_request'> & {
  kind: string
  comments: GithubComment[]
  mentioned_paths: string[]
  truncated: boolean
}

function render(repo: string, issue: IssueData): string {
  const people =
    issue.assignees.length > 0 ? `assigned to ${issue.assignees.map(personLabel).join(', ')}` : 'nobody assigned'
  const facts = `by ${personLabel(issue.author)}, ${issue.created_at}; labels: ${issue.labels.join(', ') || 'none'}; ${people}; ${issue.comment_count} comments`
  const parts = [`${issue.title}\n${facts}\n\n${issue.body}`, ...issue.comments.map(commentText)]
  const [path] = issue.mentioned_paths
  return [
    `${repo}#${issue.number}, ${issue.kind}, ${issue.state}: ${issue.url}`,
    markUntrusted(parts.join('\n---\n'), `github:${repo}#${issue.number}`),
    ...(issue.truncated ? ['Long texts or older comments were cut; read them at the address above.'] : []),
    path
      ? `Mentions ${issue.mentioned_paths.join(', ')}. Next: github_find_code_owner(repo="${repo}", path="${path}").`
      : `Next: github_find_code_owner(repo="${repo}", keywords=[…]) for who answers for it.`,
  ].join('\n')
}
