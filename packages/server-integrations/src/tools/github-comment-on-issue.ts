/** The tool that adds a comment to an issue. */
import { idempotencyInput } from '@causeway/shared-contracts/idempotency-codec'
import { z } from 'zod'
import { repositoryName } from '../github/repository-name.ts'
import { integrationTool } from './integration-tool.ts'
import { runKeyedWrite } from './keyed-write.ts'

/** `github_comment_on_issue` */
export const githubCommentOnIssue = integrationTool({
  name: 'github_comment_on_issue',
  title: 'Comment on a GitHub issue',
  description:
    'Comments on an issue or pull request, seen by all readers of the repository: no customer data. Read it first with github_get_issue.',
  effect: 'write',
  openWorld: true,
  input: z.object({
    repo: repositoryName,
    number: z.number().int().min(1).max(9_999_999),
    body: z.string().trim().min(1).max(20_000).describe('Markdown'),
    idempotency_key: idempotencyInput,
  }),
  output: z.object({
    ref: z.string(),
    comment_id: z.number(),
    url: z.string(),
    created_at: z.string(),
    replayed: z.boolean(),
  }),
  async run(args, call) {
    const { repo, number, body } = args
    const { result, replayed } = await runKeyedWrite(
      { vendor: 'github', tool: 'github_comment_on_issue', args },
      call,
      () => call.services.github.createComment({ repo, number, body }, call),
    )
    return {
      text: `${replayed ? 'Already commented' : 'Commented'} on ${repo}#${number} (comment ${result.id}): ${result.url}\nNext: github_get_issue(repo="${repo}", number=${number}) shows it.`,
      data: {
        ref: `gh:${repo}#${number}`,
        comment_id: result.id,
        url: result.url,
        created_at: result.created_at,
        replayed,
      },
    }
  },
})
