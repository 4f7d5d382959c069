/** The tool that records much new work at once. */
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { idempotencyInput } from '@causeway/shared-contracts/idempotency-codec'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import type { ProjectCall, ProjectServices } from '../open-services.ts'
import { takeDraft } from '../store/drafts.ts'
import { storeNewTask } from '../store/store-new-task.ts'
import { type BatchRow, batchRow, renderBatchRow } from './batch-row.ts'
import { commitWrite } from './commit-write.ts'
import { type BatchResult, batchInput, batchShape, MAX_BATCH, runBatch } from './run-batch.ts'
import { type PlannedTask, plannedTask, type TaskDraft, taskDraft } from './task-draft.ts'
import { projectInput } from './task-shape.ts'

const INPUT = z.object({
  project: projectInput.optional(),
  tasks: z.array(plannedTask).min(1).max(MAX_BATCH).optional().describe('In the order in which they are created'),
  draft_id: z.string().max(100).optional().describe('From generate_task_breakdown, instead of project and tasks'),
  allow_duplicate: z.boolean().optional().describe('Skip that check'),
  ...batchInput,
  idempotency_key: idempotencyInput,
})

/** Creates up to fifty tasks in one project, with relations among them. */
export const createTasks = toolOf<ProjectServices>()({
  name: 'create_tasks',
  title: 'Create many tasks',
  description:
    'Create up to 50 tasks in one project in one call, e.g. an agreed breakdown by its draft_id. They may name each other as #1, #2… in parent and blocked_by. Try dry_run first. For one task use create_task.',
  effect: 'write',
  scopes: ['projects.plan'],
  tags: ['planning'],
  since: '1.1.0',
  input: INPUT,
  output: batchShape,
  run: (args, call) =>
    commitWrite(call, { tool: 'create_tasks', args, isRehearsal: args.dry_run }, () => {
      const { project, tasks } = wanted(call, args)
      return runBatch<PlannedTask, Created>(call, {
        items: tasks,
        field: 'tasks',
        mode: args.mode,
        isRehearsal: args.dry_run,
        verb: 'created',
        perform: (task, _index, before) => create(call, { ...named(task, before), project, ...allowing(args) }),
        render: renderBatchRow,
      })
    }),
})

type Created = BatchRow & { notified: string[] }

function create(call: ProjectCall, task: PlannedTask & { project: string }): Created {
  const created = storeNewTask(call, task)
  return { ...batchRow(created.task), notified: created.notified }
}

function allowing({ allow_duplicate }: z.output<typeof INPUT>) {
  return allow_duplicate === undefined ? {} : { allow_duplicate }
}

function wanted(call: ProjectCall, { project, tasks, draft_id }: z.output<typeof INPUT>): TaskDraft {
  if (draft_id !== undefined && tasks === undefined) {
    const draft = taskDraft.parse(takeDraft(call, draft_id))
    return { ...draft, project: project ?? draft.project }
  }
  if (draft_id === undefined && tasks && project !== undefined) return { project, tasks }
  throw new ToolError(
    'invalid_arguments',
    'Say what to create: give either project and tasks, or a draft_id (and project to put it elsewhere).',
    { field: draft_id !== undefined ? 'draft_id' : tasks ? 'project' : 'tasks', allowed: ['tasks', 'draft_id'] },
  )
}

// `#2` becomes the key of the second, which must have been created before.
function named(task: PlannedTask, before: readonly BatchResult<Created>[]): PlannedTask {
  const keyOf = (reference: string, field: string): string => {
    const place = /^#(\d+)$/.exec(reference.trim())?.[1]
    if (place === undefined) return reference
    const sibling = before[Number(place) - 1]
    if (sibling?.ok) return sibling.key
    const why = sibling ? 'which could not be created' : 'which does not come before this one'
    throw new ToolError(
      'invalid_arguments',
      `${field} names ${reference} of this list, ${why}. Order the list so that what is named comes first.`,
      { field },
    )
  }
  return {
    ...task,
    ...(task.parent === undefined ? {} : { parent: keyOf(task.parent, 'parent') }),
    ...(task.blocked_by === undefined
      ? {}
      : { blocked_by: task.blocked_by.map((reference, i) => keyOf(reference, `blocked_by.${i}`)) }),
  }
}
