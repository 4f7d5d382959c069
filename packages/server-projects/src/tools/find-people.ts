/** The tool that finds people. */
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { z } from 'zod'
import type { ProjectServices } from '../open-services.ts'
import { type FoundPerson, findPeople as find } from '../people/find-people.ts'
import { keysetPage, pagingInput, pagingShape, renderKeysetPage } from './keyset-page.ts'
import { projectInput } from './task-shape.ts'

/** People by name, login, team, title or project. */
export const findPeople = toolOf<ProjectServices>()({
  name: 'find_people',
  title: 'Find people',
  description:
    "Find people by part of a name, e-mail, login, title or team ('payments', 'me'), with their open tasks. Without arguments: everybody.",
  effect: 'read',
  since: '1.1.0',
  input: z.object({
    query: z.string().max(120).optional().describe('Words'),
    team: z.string().max(80).optional().describe('Exact'),
    project: projectInput.optional(),
    ...pagingInput,
  }),
  output: z.object({ people: z.array(z.looseObject({ handle: z.string() })), ...pagingShape }),
  run({ limit, cursor, ...filter }, call) {
    const page = keysetPage(call, {
      tool: 'find_people',
      filters: filter,
      limit,
      cursor,
      read: (after, most) =>
        find(call, filter)
          .filter(({ handle }) => !after || handle > String(after[0]))
          .slice(0, most),
      placeOf: ({ handle }) => [handle],
      render,
    })
    const words = {
      one: 'person',
      many: 'people',
      whenEmpty: 'Nobody found. Try a part of the name, or find_people without arguments for everybody.',
      next: "Give work with assign_task; one person's tasks: list_tasks with assignee.",
    }
    return { text: renderKeysetPage(page, render, words), data: { people: page.rows, ...page.paging } }
  },
})

function render(person: FoundPerson): string {
  const { handle, name, email, team, title, github, open, in_progress, overdue } = person
  const login = github ? ` · GitHub ${github}` : ''
  return `${handle} · ${name} <${email}> · ${team}, ${title}${login} · ${open} open, ${in_progress} in progress, ${overdue} overdue`
}
