/** The tool that opens an issue. */
import { markUntrusted } from '@causeway/shared-contracts/clean-text'
import { idempotencyInput } from '@causeway/shared-contracts/idempotency-codec'
import { z } from 'zod'
import { repositoryName } from '../github/repository-name.ts'
import { personLabel } from '../shape/person.ts'
import { integrationTool } from './integration-tool.ts'
import { dryRun, runKeyedWrite } from './keyed-write.ts'

/** `github_create_issue` */
export const githubCreateIssue = integrationTool({
  name: 'github_create_issue',
  title: 'Create a GitHub issue',
  description:
    'Opens an issue, seen by all readers of the repository. Search first so as not to repeat one; add to one with github_comment_on_issue.',
  effect: 'write',
  openWorld: true,
  input: z.object({
    repo: repositoryName,
    title: z.string().trim().min(1).max(256).describe('One line'),
    body: z.string().max(20_000).default('').describe('Markdown'),
    labels: z.array(z.string().max(50)).max(10).default([]),
    assignees: z.array(z.string().max(39)).max(10).default([]).describe('Logins'),
    idempotency_key: idempotencyInput,
    dry_run: dryRun,
  }),
  output: z.object({
    ref: z.string().optional(),
    number: z.number().optional(),
    url: z.string().optional(),
    labels: z.array(z.string()),
    assignees: z.array(z.string()),
    dry_run: z.boolean(),
    replayed: z.boolean(),
  }),
  async run(args, call) {
    const { repo, title, body, labels, assignees } = args
    const { github } = call.services
    if (args.dry_run) {
      await github.getRepository(repo, call)
      return {
        text: `Dry run: nothing was sent. This would open "${title}" in ${repo} (${body.length} characters; labels: ${labels.join(', ') || 'none'}; assignees: ${assignees.join(', ') || 'none'}).\nNext: the same call with dry_run=false.`,
        data: { labels, assignees, dry_run: true, replayed: false },
      }
    }
    const { result, replayed } = await runKeyedWrite(
      { vendor: 'github', tool: 'github_create_issue', args },
      call,
      () => github.createIssue({ repo, title, body, labels, assignees }, call),
    )
    const ref = `gh:${repo}#${result.number}`
    return {
      text: [
        `${replayed ? 'Already created' : 'Created'} ${repo}#${result.number}: ${result.url}`,
        markUntrusted(result.title, `github:${repo}#${result.number}`),
        `Next: link it elsewhere as ${ref}, or add to it with github_comment_on_issue.`,
      ].join('\n'),
      data: {
        ref,
        number: result.number,
        url: result.url,
        labels: result.labels,
        assignees: result.assignees.map(personLabel),
        dry_run: false,
        replayed,
      },
    }
  },
})
