/** The tool that finds issues of a tracker. */
import { fitRows } from '@causeway/shared-contracts/bounded-rows'
import { markUntrusted } from '@causeway/shared-contracts/clean-text'
import { cursorInput } from '@causeway/shared-contracts/cursor-codec'
import { z } from 'zod'
import { pageOf } from '../shape/page.ts'
import { bounded, WorkItem, workItemLine } from '../shape/work-item.ts'
import { projectInput, type TrackerKind } from '../tracker/tracker-kind.ts'
import { integrationTool } from './integration-tool.ts'
import { followingPage, pageLimit, walkOf } from './page-arguments.ts'

/** `{id}_search_issues` */
export function trackerSearchIssues(kind: TrackerKind) {
  const tool = `${kind.id}_search_issues`
  return integrationTool({
    name: tool,
    title: `Search ${kind.title} issues`,
    description: `Finds issues of a ${kind.title} ${kind.place} by words of the title, or lists them.`,
    effect: 'read',
    openWorld: true,
    input: z.object({
      project: projectInput(kind),
      query: z.string().trim().min(1).max(200).optional(),
      limit: pageLimit,
      cursor: cursorInput,
    }),
    output: pageOf(WorkItem),
    async run(args, call) {
      const tracker = call.services[kind.id]
      const walk = walkOf(tool, args, call)
      const search = { ...args, after: call.services.cursors.open(args.cursor, walk, z.string()) }
      const found = await tracker.search(search, call)
      const rows = found.items.map(bounded)
      const items = fitRows(rows, workItemLine)
      // A page that was cut goes on where the tracker says a page of that size ends.
      const { next } =
        items.length < rows.length ? await tracker.search({ ...search, limit: items.length }, call) : found
      const cursor = next && call.services.cursors.seal(next, walk)
      const text = items.length > 0 ? [markUntrusted(items.map(workItemLine).join('\n'), kind.id)] : []
      return {
        text: [
          `${items.length} issues of ${args.project}.`,
          ...text,
          followingPage(cursor, `${kind.id}_get_issue(key=…)`),
        ].join('\n'),
        data: { items, ...(cursor ? { next_cursor: cursor } : {}), untrusted: true },
      }
    },
  })
}
