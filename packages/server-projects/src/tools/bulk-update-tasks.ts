/** The tool that changes many tasks at once. */
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { idempotencyInput } from '@causeway/shared-contracts/idempotency-codec'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import type { ProjectCall, ProjectServices } from '../open-services.ts'
import { isNobody, resolvePerson } from '../people/resolve-person.ts'
import { changeTask, type TaskChanges } from '../store/change-task.ts'
import { reachableState } from '../store/reachable-state.ts'
import { findTask, type TaskRow } from '../store/task.ts'
import { type BatchRow, batchRow, renderBatchRow } from './batch-row.ts'
import { commitWrite } from './commit-write.ts'
import { requireVersion } from './require-version.ts'
import { batchInput, batchShape, MAX_BATCH, runBatch } from './run-batch.ts'
import { changesOf, editInput } from './task-edits.ts'
import { expectedVersionInput, keyInput, personInput } from './task-shape.ts'

const CHANGES = z.strictObject({
  ...editInput,
  assignee: personInput('Handle, name, e-mail, login, me or none').optional(),
  status: z.string().max(40).optional().describe('Name of the new state'),
})
const UPDATE = z.strictObject({ key: keyInput, ...CHANGES.shape, expected_version: expectedVersionInput })
type Update = z.output<typeof UPDATE>

/** Changes up to fifty tasks, each in its own way, or all alike. */
export const bulkUpdateTasks = toolOf<ProjectServices>()({
  name: 'bulk_update_tasks',
  title: 'Change many tasks',
  description:
    "Change up to 50 tasks in one call: fields, owner, state, sprint. Each update names its key; `changes` apply to all, an update's own win. Try dry_run first. For one task use update_task.",
  effect: 'write',
  idempotent: true,
  scopes: ['projects.plan'],
  tags: ['planning'],
  since: '1.1.0',
  input: z.object({
    updates: z.array(UPDATE).min(1).max(MAX_BATCH).describe('One for each task'),
    changes: CHANGES.optional().describe('For all of them'),
    ...batchInput,
    idempotency_key: idempotencyInput,
  }),
  output: batchShape,
  run: (args, call) =>
    commitWrite(call, { tool: 'bulk_update_tasks', args, isRehearsal: args.dry_run }, () =>
      runBatch<Update, Changed>(call, {
        items: args.updates,
        field: 'updates',
        mode: args.mode,
        isRehearsal: args.dry_run,
        verb: 'changed',
        perform: (update) => apply(call, { ...args.changes, ...update }),
        render: ({ changed, ...row }) => `${changed.join(', ') || 'nothing'} of ${renderBatchRow(row)}`,
      }),
    ),
})

type Changed = BatchRow & { changed: string[] }

function apply(call: ProjectCall, update: Update): Changed {
  const { db } = call.services
  const { key, expected_version, ...edits } = update
  if (Object.values(edits).every((value) => value === undefined))
    throw new ToolError('invalid_arguments', `Nothing to change of ${key} was given. Give at least one field.`, {
      allowed: Object.keys(CHANGES.shape),
    })
  const task = findTask(db, key)
  requireVersion(call, task, expected_version)
  const { task: after, changed } = changeTask(call, task, {
    ...changesOf(call, task, edits),
    ...moves(call, task, edits),
  })
  return { ...batchRow(after), changed }
}

function moves(call: ProjectCall, task: TaskRow, { assignee, status }: Omit<Update, 'key'>): TaskChanges {
  const { db } = call.services
  const from = { caller: call.caller, field: 'assignee' }
  return {
    ...(assignee === undefined ? {} : { assignee: isNobody(assignee) ? null : resolvePerson(db, assignee, from) }),
    ...(status === undefined ? {} : { state: reachableState(db, task, status) }),
  }
}
