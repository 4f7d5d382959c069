/** The tool that reads one pull request and what it changes. */
import { fitRows } from '@causeway/shared-contracts/bounded-rows'
import { markUntrusted } from '@causeway/shared-contracts/clean-text'
import { z } from 'zod'
import { repositoryName } from '../github/repository-name.ts'
import { bounded, WorkItem, workItemLine } from '../shape/work-item.ts'
import { integrationTool } from './integration-tool.ts'

const MAX_BODY_CHARS = 6_000
const MAX_FILES = 100
const FILES_BYTES = 6_000

const ChangedFile = z.object({ path: z.string(), status: z.string(), additions: z.number(), deletions: z.number() })
const PullRequest = WorkItem.extend({ number: z.number(), body: z.string(), head: z.string(), base: z.string() })

/** `github_get_pull_request` */
export const githubGetPullRequest = integrationTool({
  name: 'github_get_pull_request',
  title: 'Get a GitHub pull request',
  description: 'Reads a pull request: text, people, branches and the files it changes. Comments: github_get_issue.',
  effect: 'read',
  openWorld: true,
  input: z.object({ repo: repositoryName, number: z.number().int().min(1).max(9_999_999) }),
  output: z.object({ item: PullRequest, files: z.array(ChangedFile), truncated: z.boolean(), untrusted: z.boolean() }),
  async run(at, call) {
    const { github } = call.services
    const [pull, changed] = await Promise.all([
      github.getPullRequest(at, call),
      github.listChangedFiles({ ...at, perPage: MAX_FILES }, call),
    ])
    const ref = `gh:${at.repo}#${at.number}`
    const item = bounded({ ...pull, ref, body: pull.body.slice(0, MAX_BODY_CHARS) })
    const files = fitRows(
      changed.map(({ filename, ...file }) => ({ path: filename, ...file })),
      fileLine,
      FILES_BYTES,
    )
    const truncated =
      item.body.length < pull.body.length || files.length < changed.length || changed.length === MAX_FILES
    const text = [
      workItemLine(item),
      `${item.head} → ${item.base}`,
      '',
      item.body,
      `${files.length} files:`,
      ...files.map(fileLine),
    ]
    return {
      text: [
        `${at.repo}#${at.number}, pull request, ${item.state}: ${item.url}`,
        markUntrusted(text.join('\n'), `github:${at.repo}#${at.number}`),
        `Next: github_get_issue(repo="${at.repo}", number=${at.number}) for its comments.`,
      ].join('\n'),
      data: { item, files, truncated, untrusted: true },
    }
  },
})

function fileLine(file: z.output<typeof ChangedFile>): string {
  return `${file.path} (${file.status}, +${file.additions} −${file.deletions})`
}
