/** The tool that comments on a task. */
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { idempotencyInput } from '@causeway/shared-contracts/idempotency-codec'
import { z } from 'zod'
import type { ProjectServices } from '../open-services.ts'
import { callerName } from '../people/caller-name.ts'
import { recordActivity } from '../store/activity.ts'
import { reindexTask } from '../store/search-index.ts'
import { findTask } from '../store/task.ts'
import { commitWrite } from './commit-write.ts'
import { keyInput, textInput } from './task-shape.ts'

/** Adds one comment under the caller's name. */
export const addComment = toolOf<ProjectServices>()({
  name: 'add_comment',
  title: 'Comment on a task',
  description:
    'Comment on a task under your own name: progress, a finding, a question. To change the task itself use update_task; to read the thread get_task_details.',
  effect: 'write',
  input: z.object({
    key: keyInput,
    body: textInput(5000, 'Markdown').refine((body) => body.trim() !== '', 'want visible text'),
    idempotency_key: idempotencyInput,
  }),
  output: z.object({
    comment: z.object({ id: z.number(), task: z.string(), author: z.string(), at: z.string() }),
    replayed: z.boolean().optional(),
  }),
  run(args, call) {
    const { db, now } = call.services
    return commitWrite(call, { tool: 'add_comment', args }, () => {
      const task = findTask(db, args.key)
      const author = callerName(call.caller)
      const at = now().toISOString()
      const id = db.run(
        'INSERT INTO comments (task_id, author, body, created_at) VALUES (:taskId, :author, :body, :at)',
        { taskId: task.id, author, body: args.body, at },
      )
      // The version stays: a comment takes nothing from whoever is about to change the task.
      db.run('UPDATE tasks SET updated_at = :at WHERE id = :id', { at, id: task.id })
      recordActivity(db, task, { actor: author, kind: 'commented', at })
      reindexTask(db, task.id)
      return {
        text: `Added comment ${id} to ${task.key} as ${author}.\nRead the thread with get_task_details.`,
        data: { comment: { id, task: task.key, author, at } },
      }
    })
  },
})
