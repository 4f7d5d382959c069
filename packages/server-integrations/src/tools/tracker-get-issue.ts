/** The tool that reads one issue of a tracker. */
import { fitRows } from '@causeway/shared-contracts/bounded-rows'
import { markUntrusted } from '@causeway/shared-contracts/clean-text'
import { z } from 'zod'
import { Message, messageLine } from '../shape/message.ts'
import { bounded, WorkItem, workItemLine } from '../shape/work-item.ts'
import type { TrackerKind } from '../tracker/tracker-kind.ts'
import { integrationTool } from './integration-tool.ts'

const MAX_BODY_CHARS = 7_000
const MAX_COMMENT_CHARS = 1_000
const COMMENTS_BYTES = 6_000

/** `{id}_get_issue` */
export function trackerGetIssue({ id, title, example }: TrackerKind) {
  return integrationTool({
    name: `${id}_get_issue`,
    title: `Get a ${title} issue`,
    description: `Reads one ${title} issue with its text and comments.`,
    effect: 'read',
    openWorld: true,
    input: z.object({
      key: z
        .string()
        .regex(/^[A-Z]\w{0,9}-\d{1,9}$/)
        .describe(`e.g. ${example}-7`),
    }),
    output: z.object({
      item: WorkItem.extend({ body: z.string() }),
      comments: z.array(Message),
      truncated: z.boolean(),
      untrusted: z.boolean(),
    }),
    async run({ key }, call) {
      const { comments: all, ...issue } = await call.services[id].get(key, call)
      const body = issue.body.slice(0, MAX_BODY_CHARS)
      const cut = all.map((comment) => ({ ...comment, text: comment.text.slice(0, MAX_COMMENT_CHARS) }))
      const comments = fitRows(cut.toReversed(), messageLine, COMMENTS_BYTES).toReversed()
      const truncated = body.length < issue.body.length || comments.length < all.length
      return {
        text: [
          `${key}, ${issue.state}: ${issue.url}`,
          markUntrusted([workItemLine(issue), body, ...comments.map(messageLine)].join('\n---\n'), issue.ref),
          `Next: link it elsewhere as ${issue.ref}.`,
        ].join('\n'),
        data: { item: { ...bounded(issue), body }, comments, truncated, untrusted: true },
      }
    },
  })
}
