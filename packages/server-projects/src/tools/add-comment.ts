/** The tool that comments on a task. */
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { idempotencyInput } from '@causeway/shared-contracts/idempotency-codec'
import { z } from 'zod'
import type { ProjectServices } from '../open-services.ts'
import { callerName } from '../people/caller-name.ts'
import { storeComment } from '../store/store-comment.ts'
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
      const id = storeComment(db, task, { author, body: args.body, at })
      return {
        text: `Added comment ${id} to ${task.key} as ${author}.\nRead the thread with get_task_details.`,
        data: { comment: { id, task: task.key, author, at } },
      }
    })
  },
})
