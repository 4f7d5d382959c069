/** The tool that creates an issue in a tracker. */
import { markUntrusted } from '@causeway/shared-contracts/clean-text'
import { idempotencyInput } from '@causeway/shared-contracts/idempotency-codec'
import { z } from 'zod'
import { bounded, WorkItem, workItemLine } from '../shape/work-item.ts'
import { projectInput, type TrackerKind } from '../tracker/tracker-kind.ts'
import { integrationTool } from './integration-tool.ts'
import { dryRun, runKeyedWrite } from './keyed-write.ts'

/** `{id}_create_issue` */
export function trackerCreateIssue(kind: TrackerKind) {
  const tool = `${kind.id}_create_issue`
  return integrationTool({
    name: tool,
    title: `Create a ${kind.title} issue`,
    description: `Creates a ${kind.title} issue. Search first so as not to repeat one.`,
    effect: 'write',
    openWorld: true,
    input: z.object({
      project: projectInput(kind),
      title: z.string().trim().min(1).max(250),
      body: z.string().max(20_000).default(''),
      assignee: z
        .string()
        .max(254)
        .refine((given) => z.email().safeParse(given).success, 'must be an e-mail address')
        .optional()
        .describe('E-mail address'),
      idempotency_key: idempotencyInput,
      dry_run: dryRun,
    }),
    output: z.object({ item: WorkItem.optional(), dry_run: z.boolean(), replayed: z.boolean() }),
    async run(args, call) {
      const tracker = call.services[kind.id]
      if (args.dry_run) {
        await tracker.search({ project: args.project, limit: 1 }, call)
        const assigned = args.assignee ? `assigned to ${args.assignee}` : 'assigned to nobody'
        return {
          text: `Dry run: nothing was sent. This would create "${args.title}" in ${args.project}, ${assigned}.\nNext: the same call with dry_run=false.`,
          data: { dry_run: true, replayed: false },
        }
      }
      const write = { vendor: kind.id, tool, args }
      const { result, replayed } = await runKeyedWrite(write, call, () => tracker.create(args, call))
      return {
        text: [
          `${replayed ? 'Already created' : 'Created'} ${result.ref}: ${result.url}`,
          markUntrusted(workItemLine(result), result.ref),
          `Next: link it elsewhere as ${result.ref}.`,
        ].join('\n'),
        data: { item: bounded(result), dry_run: false, replayed },
      }
    },
  })
}
