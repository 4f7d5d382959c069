/** The tool that lists a repository's pull requests, the newest first. */
import { fitRows } from '@causeway/shared-contracts/bounded-rows'
import { markUntrusted } from '@causeway/shared-contracts/clean-text'
import { cursorInput } from '@causeway/shared-contracts/cursor-codec'
import { z } from 'zod'
import { PagePlace, rowsAfter } from '../github/anchored-paging.ts'
import type { GithubPullRequest } from '../github/github-pull-request.ts'
import { repositoryName } from '../github/repository-name.ts'
import { pageOf } from '../shape/page.ts'
import { bounded, WorkItem, workItemLine } from '../shape/work-item.ts'
import { integrationTool } from './integration-tool.ts'
import { followingPage, pageLimit, staleCursor, walkOf } from './page-arguments.ts'

const TOOL = 'github_list_pull_requests'
const Row = WorkItem.extend({ number: z.number(), head: z.string(), base: z.string() })

/** `github_list_pull_requests` */
export const githubListPullRequests = integrationTool({
  name: TOOL,
  title: 'List GitHub pull requests',
  description: 'Lists pull requests, newest first. For one with its files use github_get_pull_request.',
  effect: 'read',
  openWorld: true,
  input: z.object({
    repo: repositoryName,
    state: z.enum(['open', 'closed', 'all']).default('open'),
    limit: pageLimit,
    cursor: cursorInput,
  }),
  output: pageOf(Row),
  async run(args, call) {
    const { repo, state, limit } = args
    const { cursors, github } = call.services
    const walk = walkOf(TOOL, args, call)
    const source = {
      perPage: limit,
      maxReachable: Number.POSITIVE_INFINITY,
      idOf: (pull: GithubPullRequest) => pull.number,
      fetch: async (page: number) => ({
        total: Number.POSITIVE_INFINITY,
        rows: await github.listPullRequests({ repo, state, page, perPage: limit }, call),
      }),
    }
    const found = await rowsAfter(source, cursors.open(args.cursor, walk, PagePlace))
    if (!found) throw staleCursor()
    const rows = found.rows.map(({ body: _, ...pull }) => bounded({ ...pull, ref: `gh:${repo}#${pull.number}` }))
    const items = fitRows(rows, workItemLine)
    const place = found.placeAfter(items.length)
    const cursor = place && cursors.seal(place, walk)
    const text = items.length > 0 ? [markUntrusted(items.map(workItemLine).join('\n'), `github:${repo}`)] : []
    const next = items[0] ? `github_get_pull_request(repo="${repo}", number=${items[0].number})` : 'state="all"'
    return {
      text: [`${items.length} pull requests of ${repo}.`, ...text, followingPage(cursor, next)].join('\n'),
      data: { items, ...(cursor ? { next_cursor: cursor } : {}), untrusted: true },
    }
  },
})
