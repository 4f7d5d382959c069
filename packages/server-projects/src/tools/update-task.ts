/** The tool that edits a task's fields. */
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import type { ProjectServices } from '../open-services.ts'
import { normalizedLabels } from '../store/labels.ts'
import { normalizedLink } from '../store/links.ts'
import { dateInput } from '../text/calendar-date.ts'
import { answerChange } from './change-answer.ts'
import {
  changeShape,
  expectedVersionInput,
  keyInput,
  labelsInput,
  lineInput,
  linksInput,
  priorityInput,
  textInput,
} from './task-shape.ts'

const FIELDS = ['title', 'description', 'priority', 'due', 'add_labels', 'remove_labels', 'add_links'] as const

/** Edits fields; labels and links by delta. */
export const updateTask = toolOf<ProjectServices>()({
  name: 'update_task',
  title: 'Update a task',
  description:
    'Change at least one of title, description, priority, due date, labels and links of a task. Labels and links not named stay. For the state use transition_task, for the owner assign_task.',
  effect: 'write',
  idempotent: true,
  input: z.object({
    key: keyInput,
    title: lineInput(200, 'One line').optional(),
    description: textInput(8000, 'Markdown; replaces the old').optional(),
    priority: priorityInput.optional(),
    due: dateInput('YYYY-MM-DD').nullable().optional().describe('null clears'),
    add_labels: labelsInput('Names').optional(),
    remove_labels: labelsInput('Names').optional(),
    add_links: linksInput.optional(),
    expected_version: expectedVersionInput,
  }),
  output: changeShape,
  run(args, call) {
    const { title, description, priority, due } = args
    if (FIELDS.every((field) => args[field] === undefined))
      throw new ToolError(
        'invalid_arguments',
        `Cannot update ${args.key}: no field to change was given. Give at least one of ${FIELDS.join(', ')}.`,
        { allowed: FIELDS },
      )
    const links = args.add_links?.map((link, i) => normalizedLink(link, `add_links.${i}`))
    return answerChange(call, { tool: 'update_task', args }, () => ({
      ...(title === undefined ? {} : { title }),
      ...(description === undefined ? {} : { description }),
      ...(priority === undefined ? {} : { priority }),
      ...(due === undefined ? {} : { due }),
      addLabels: normalizedLabels(args.add_labels ?? []),
      removeLabels: normalizedLabels(args.remove_labels ?? []),
      ...(links ? { links } : {}),
    }))
  },
})
