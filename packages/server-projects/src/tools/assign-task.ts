/** The tool that gives a task its owner. */
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { z } from 'zod'
import type { ProjectServices } from '../open-services.ts'
import { isNobody, resolvePerson } from '../people/resolve-person.ts'
import { answerChange } from './change-answer.ts'
import { changeShape, expectedVersionInput, keyInput, personInput } from './task-shape.ts'

/** Assigns or unassigns, and notifies. */
export const assignTask = toolOf<ProjectServices>()({
  name: 'assign_task',
  title: 'Assign a task',
  description:
    "Give an existing task to a person and notify them, or take it from everybody with 'none'. An ambiguous person is an error with candidates. For a new task use create_and_assign_task.",
  effect: 'write',
  idempotent: true,
  input: z.object({
    key: keyInput,
    assignee: personInput('Handle, name, e-mail, login, me or none'),
    expected_version: expectedVersionInput,
  }),
  output: changeShape.extend({ notified: z.array(z.string()) }),
  run(args, call) {
    const from = { caller: call.caller, field: 'assignee' }
    return answerChange(call, { tool: 'assign_task', args }, () => ({
      assignee: isNobody(args.assignee) ? null : resolvePerson(call.services.db, args.assignee, from),
    }))
  },
})
