/** An issue, a comment and a person as GitHub tells them, cut down to what the tools use and stripped of hidden characters. */
import { stripHidden } from '@causeway/shared-contracts/clean-text'
import { z } from 'zod'
import type { Person } from '../shape/person.ts'

/** Text of a third party, without what hides in it. */
export const strangersText = z.string().transform(stripHidden)

/** Someone by their login. */
export function githubPerson(login: string): Person {
  return { ref: `github:${login}`, handle: login }
}

const Login = z.object({ login: strangersText }).nullish()
const Label = z.union([z.string(), z.object({ name: z.string().nullish() })])

/** GitHub's issue → the issue of our results; a pull request is an issue too and says so. */
export const GithubIssue = z
  .object({
    number: z.number().int(),
    title: strangersText,
    state: z.string(),
    body: strangersText.nullish(),
    user: Login,
    labels: z.array(Label).default([]),
    assignees: z.array(z.object({ login: strangersText })).nullish(),
    comments: z.number().int().default(0),
    created_at: z.string(),
    updated_at: z.string(),
    html_url: z.string(),
    pull_request: z.unknown().optional(),
  })
  .transform((issue) => ({
    number: issue.number,
    title: issue.title,
    state: issue.state,
    body: issue.body ?? '',
    status: issue.state === 'open' ? ('open' as const) : ('done' as const),
    author: githubPerson(issue.user?.login ?? 'ghost'),
    labels: issue.labels.map((label) => stripHidden(typeof label === 'string' ? label : (label.name ?? ''))),
    assignees: (issue.assignees ?? []).map((assignee) => githubPerson(assignee.login)),
    comment_count: issue.comments,
    created_at: issue.created_at,
    updated_at: issue.updated_at,
    url: issue.html_url,
    is_pull_request: issue.pull_request !== undefined,
  }))
export type GithubIssue = z.output<typeof GithubIssue>

/** GitHub's comment → ours. */
export const GithubComment = z
  .object({
    id: z.number().int(),
    user: Login,
    body: strangersText.nullish(),
    created_at: z.string(),
    html_url: z.string(),
  })
  .transform((comment) => ({
    id: comment.id,
    author: githubPerson(comment.user?.login ?? 'ghost'),
    body: comment.body ?? '',
    created_at: comment.created_at,
    url: comment.html_url,
  }))
export type GithubComment = z.output<typeof GithubComment>

/** A person's public profile. */
export const GithubUser = z.object({
  login: strangersText,
  name: strangersText.nullish(),
  email: strangersText.nullish(),
})
export type GithubUser = z.output<typeof GithubUser>
