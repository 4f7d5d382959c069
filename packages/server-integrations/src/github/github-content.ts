/** A file, a folder, a search hit and a commit as GitHub tells them, cut down to what the tools use. */
import { z } from 'zod'
import { strangersText } from './github-issue.ts'

const Entry = z.object({ name: strangersText, path: strangersText, type: z.string(), size: z.number().nullish() })

/** What is at a path: a folder's entries, or one file with its content in base64 (`none` when it is too large). */
export const GithubContent = z.union([
  z.array(Entry),
  z.object({
    type: z.string(),
    path: strangersText,
    sha: z.string(),
    size: z.number().int(),
    html_url: z.string().nullish(),
    encoding: z.string().nullish(),
    content: z.string().nullish(),
  }),
])
export type GithubContent = z.output<typeof GithubContent>

/** The paths that a code search found. */
export const GithubCodeHits = z.object({ items: z.array(z.object({ path: strangersText })) })

/** Commits with the login of their author where GitHub knows it. */
export const GithubCommits = z.array(
  z.object({
    sha: z.string(),
    author: z.object({ login: strangersText }).nullish(),
    commit: z.object({
      author: z.object({ name: strangersText.nullish(), email: strangersText.nullish(), date: z.string().nullish() }),
    }),
  }),
)
export type GithubCommits = z.output<typeof GithubCommits>
