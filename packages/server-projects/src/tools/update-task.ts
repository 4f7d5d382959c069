/** The tool that edits a task's fields. */
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import type { ProjectServices } from '../open-services.ts'
import { answerChange } from './change-answer.ts'
import { changesOf, EDITABLE, editInput } from './task-edits.ts'
import { changeShape, expectedVersionInput, keyInput } from './task-shape.ts'

/** Edits fields; labels and links by delta. */
export const updateTask = toolOf<ProjectServices>()({
  name: 'update_task',
  title: 'Update a task',
  description:
    'Change at least one field of a task. Labels and links not named stay. For the state use transition_task, for the owner assign_task, for relations link_task.',
  effect: 'write',
  idempotent: true,
  input: z.object({ key: keyInput, ...editInput, expected_version: expectedVersionInput }),
  output: changeShape,
  run(args, call) {
    if (EDITABLE.every((field) => args[field] === undefined))
      throw new ToolError(
        'invalid_arguments',
        `Cannot update ${args.key}: no field to change was given. Give at least one of ${EDITABLE.join(', ')}.`,
        { allowed: EDITABLE },
      )
    return answerChange(call, { tool: 'update_task', args }, (task) => changesOf(call, task, args))
  },
})
