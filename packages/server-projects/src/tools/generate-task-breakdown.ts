/** The tool that drafts tasks for a piece of work; nothing is in the workspace before create_tasks stores the draft. */
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { z } from 'zod'
import { BREAKDOWN_RULES, type Breakdown, briefOf } from '../breakdown/breakdown-brief.ts'
import { type DraftedTask, MAX_DRAFTED } from '../breakdown/draft-shape.ts'
import { draftTasks } from '../breakdown/draft-tasks.ts'
import type { ProjectCall, ProjectServices } from '../open-services.ts'
import { storeDraft } from '../store/drafts.ts'
import { resolveProject } from '../store/project.ts'
import { canonicalKey, findTask } from '../store/task.ts'
import type { TaskDraft } from './task-draft.ts'
import { textInput } from './task-shape.ts'

const TASK_KEY = /^[a-z][a-z0-9]*-\d+$/i

/** Drafts, shows, stores nothing that others see. */
export const generateTaskBreakdown = toolOf<ProjectServices>()({
  name: 'generate_task_breakdown',
  title: 'Draft a task breakdown',
  description:
    'Draft tasks of one to three days for a goal or an existing task. Written by your own model if you lend it, else by the configured one, else you get a template to fill in. Nothing is created: show the draft, then pass its draft_id to create_tasks.',
  effect: 'write',
  scopes: ['projects.plan'],
  tags: ['planning'],
  since: '1.1.0',
  input: z.object({
    goal: textInput(2000, 'What is to be achieved, or a task key').refine(Boolean, 'Want visible text'),
    project: z.string().max(80).optional().describe("Key or name; a task's own by default"),
    max_tasks: z.int().min(1).max(MAX_DRAFTED).default(8),
  }),
  output: z.object({
    by: z.enum(['sampling', 'endpoint', 'template']),
    draft_id: z.string().optional(),
    expires_at: z.string().optional(),
    tasks: z.array(z.looseObject({ title: z.string() })),
    template: z.string().optional(),
    reasons: z.array(z.string()).optional(),
  }),
  async run({ goal, project: reference, max_tasks: maxTasks }, call) {
    const { db } = call.services
    const task = TASK_KEY.test(goal) ? findTask(db, canonicalKey(goal), 'goal') : undefined
    const project = resolveProject(db, reference ?? task?.project ?? '')
    const breakdown = { project, goal, task, maxTasks }
    const drafted = await draftTasks(call, breakdown)
    return drafted.by === 'nobody' ? template(call, breakdown, drafted.reasons) : stored(call, breakdown, drafted)
  },
})

function stored(
  call: ProjectCall,
  { project, task }: Breakdown,
  drafted: { by: 'sampling' | 'endpoint'; tasks: DraftedTask[] },
) {
  const tasks = drafted.tasks.map((each) => ({ ...each, ...(task ? { parent: task.key } : {}) }))
  const body: TaskDraft = { project: project.key, tasks }
  const draft = call.services.db.write(() => storeDraft(call, body))
  const lines = tasks.map((each, i) => `${i + 1}. ${each.title} [${each.priority}]\n   ${each.description}`)
  const next = `Show it to whoever decides. To create these tasks call create_tasks with draft_id ${draft.draft_id} before ${draft.expires_at}.`
  return {
    text: [`Draft of ${tasks.length} tasks for ${project.key}; nothing is created yet:`, ...lines, next].join('\n'),
    data: { by: drafted.by, ...draft, tasks },
  }
}

function template(call: ProjectCall, breakdown: Breakdown, reasons: string[]) {
  const text = [BREAKDOWN_RULES, '', briefOf(call, breakdown)].join('\n')
  const why = reasons.length > 0 ? ` (${reasons.join('; ')})` : ''
  return {
    text: [
      `No model could draft for you${why}. Write the tasks yourself by this template, show them, and pass them to create_tasks as tasks with project ${breakdown.project.key}:`,
      text,
    ].join('\n'),
    data: { by: 'template' as const, tasks: [], template: text, ...(reasons.length > 0 ? { reasons } : {}) },
  }
}
