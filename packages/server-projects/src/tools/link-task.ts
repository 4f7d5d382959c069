/** The tool that ties a task to the world outside or to another task. */
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import type { ProjectCall, ProjectServices } from '../open-services.ts'
import type { TaskChanges } from '../store/change-task.ts'
import { normalizedLink } from '../store/links.ts'
import { refuseDuplicate } from '../store/refuse-duplicate.ts'
import { RELATIONS } from '../store/relations.ts'
import { findTask, type TaskRow } from '../store/task.ts'
import { answerChange } from './change-answer.ts'
import { changeShape, expectedVersionInput, keyInput, lineInput } from './task-shape.ts'

const INPUT = z.object({
  key: keyInput,
  url: lineInput(1000, 'Web page').optional(),
  ref: lineInput(200, 'e.g. gh:acme/web#456').optional(),
  title: lineInput(200, 'Of the link').optional(),
  relation: z.enum(RELATIONS).optional().describe('To the other task'),
  task: z.string().max(40).optional().describe('Key of the other'),
  remove: z.boolean().default(false).describe('Take it away'),
  allow_duplicate: z.boolean().optional().describe('Skip that check'),
  expected_version: expectedVersionInput,
})
type Args = z.output<typeof INPUT>

/** Adds or removes a link, a relation, or one of each. */
export const linkTask = toolOf<ProjectServices>()({
  name: 'link_task',
  title: 'Link a task',
  description:
    'Link a task to a page or external ref, or relate it to another task (blocks, child_of, duplicates…), or remove that. Circles are refused, and a ref that another task of the project links is a possible_duplicate.',
  effect: 'write',
  idempotent: true,
  since: '1.1.0',
  input: INPUT,
  output: changeShape,
  run(args, call) {
    requireSomething(args)
    return answerChange(call, { tool: 'link_task', args }, (task) => ({
      ...linkChange(call, args, task),
      ...relationChange(call, args),
    }))
  },
})

function requireSomething({ key, url, ref, relation, task }: Args): void {
  const isHalf = (relation === undefined) !== (task === undefined)
  if (!isHalf && (url !== undefined || ref !== undefined || relation !== undefined)) return
  throw new ToolError(
    'invalid_arguments',
    `Cannot link ${key}: ${isHalf ? 'relation and task go together' : 'nothing to link was given'}. Give url or ref for a link, or relation and task for a relation.`,
    { field: isHalf ? (relation === undefined ? 'relation' : 'task') : 'url', allowed: ['url', 'ref', 'relation'] },
  )
}

function linkChange(call: ProjectCall, args: Args, task: TaskRow): TaskChanges {
  const { url, ref, title, remove } = args
  if (url === undefined && ref === undefined) return {}
  const link = normalizedLink({ url, ref, title }, 'link')
  if (remove) return { removeLinks: [link] }
  if (!args.allow_duplicate) refuseDuplicate(call, { projectId: task.project_id, taskId: task.id }, [link])
  return { links: [link] }
}

function relationChange(call: ProjectCall, { relation, task, remove }: Args): TaskChanges {
  if (relation === undefined || task === undefined) return {}
  const other = findTask(call.services.db, task, 'task')
  return { relations: [{ relation, other, isRemoved: remove }] }
}
