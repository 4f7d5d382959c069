/** What a model has to answer when it breaks work into tasks, and how its text becomes tasks or the reason why it does not. */
import { z } from 'zod'
import { labelsInput, lineInput, priorityInput, textInput } from '../tools/task-shape.ts'

/** Most tasks of one draft. */
export const MAX_DRAFTED = 15

const draftedTask = z.object({
  title: lineInput(200, 'The result, in one line'),
  description: textInput(4000, 'What is included, what is not, and how to tell that it is done'),
  priority: priorityInput.default('medium'),
  labels: labelsInput('Names').default([]),
})

/** One task of a draft. */
export type DraftedTask = z.output<typeof draftedTask>

const draftedTasks = z.object({ tasks: z.array(draftedTask).min(1).max(MAX_DRAFTED) })

/** The same as JSON Schema, for those who have to follow it. */
export const DRAFT_JSON_SCHEMA = z.toJSONSchema(draftedTasks, { io: 'input' })

/** Reads the first JSON object of a text; `problem` says what to do better. */
export function readDraftedTasks(text: string): { tasks: DraftedTask[] } | { problem: string } {
  const [start, end] = [text.indexOf('{'), text.lastIndexOf('}')]
  if (start < 0 || end < start) return { problem: 'there is no JSON object in it' }
  try {
    const parsed = draftedTasks.safeParse(JSON.parse(text.slice(start, end + 1)))
    if (parsed.success) return parsed.data
    const issues = parsed.error.issues.slice(0, 5)
    return { problem: issues.map((issue) => `${issue.path.join('.') || 'answer'}: ${issue.message}`).join('; ') }
  } catch {
    return { problem: 'it is not valid JSON' }
  }
}
