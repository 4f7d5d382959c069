/** The tool that reads a repository's history back from now. */
import { fitRows } from '@causeway/shared-contracts/bounded-rows'
import { markUntrusted } from '@causeway/shared-contracts/clean-text'
import { cursorInput } from '@causeway/shared-contracts/cursor-codec'
import { z } from 'zod'
import { repositoryFilePath } from '../github/repository-file-path.ts'
import { repositoryName } from '../github/repository-name.ts'
import { pageOf } from '../shape/page.ts'
import { Person, personLabel } from '../shape/person.ts'
import { integrationTool } from './integration-tool.ts'
import { followingPage, pageLimit, walkOf } from './page-arguments.ts'

const TOOL = 'github_list_recent_commits'
const MAX_MESSAGE_CHARS = 500
const Commit = z.object({ sha: z.string(), message: z.string(), author: Person, at: z.string(), url: z.string() })
type Commit = z.output<typeof Commit>

/** `github_list_recent_commits` */
export const githubListRecentCommits = integrationTool({
  name: TOOL,
  title: 'List recent GitHub commits',
  description: 'Lists commits, newest first, of the repository or one path: what changed before something broke.',
  effect: 'read',
  openWorld: true,
  input: z.object({
    repo: repositoryName,
    path: repositoryFilePath.optional().describe('File or folder'),
    since: z
      .string()
      .max(30)
      .refine(
        (given) => z.iso.datetime({ offset: true }).safeParse(given).success,
        'must be a time like 2026-01-31T00:00:00Z',
      )
      .optional()
      .describe('e.g. 2026-01-31T00:00:00Z'),
    limit: pageLimit,
    cursor: cursorInput,
  }),
  output: pageOf(Commit),
  async run(args, call) {
    const { repo, path, since, limit } = args
    const { cursors, github } = call.services
    const walk = walkOf(TOOL, args, call)
    // A page goes on from the last commit seen, and history behind a commit never changes.
    const last = cursors.open(args.cursor, walk, z.string())
    const log = await github.commitLog({ repo, path, since, from: last, perPage: limit + (last ? 2 : 1) }, call)
    const after = log.filter((commit) => commit.sha !== last)
    const items = fitRows(after.slice(0, limit).map(shortened), line)
    const end = items.length < after.length ? items.at(-1)?.sha : undefined
    const cursor = end && cursors.seal(end, walk)
    const text = items.length > 0 ? [markUntrusted(items.map(line).join('\n'), `github:${repo}`)] : []
    return {
      text: [
        `${items.length} commits of ${repo}${path ? `, ${path}` : ''}.`,
        ...text,
        followingPage(cursor, `github_get_file(repo="${repo}", path=…, ref=<sha>)`),
      ].join('\n'),
      data: { items, ...(cursor ? { next_cursor: cursor } : {}), untrusted: true },
    }
  },
})

function shortened(commit: Commit): Commit {
  return { ...commit, message: commit.message.slice(0, MAX_MESSAGE_CHARS) }
}

function line(commit: Commit): string {
  return `${commit.sha.slice(0, 10)} · ${commit.at} · ${personLabel(commit.author)} · ${commit.message.split('\n')[0]}`
}
