/** Finds a task by the id that its own caller was given: it is there as long as the tool that became it is. */
import { GatewayError } from '../../errors.ts'
import { extensionsOf, TASKS_EXTENSION } from '../../wire/extensions.ts'
import { declaredCapabilities } from '../asks/ask-rules.ts'
import type { Caller } from '../caller.ts'
import type { Inbound } from '../read.ts'
import type { View } from '../view.ts'
import { type Target, toTarget } from './target.ts'
import type { TaskIds } from './task-ids.ts'

/** Whose task it is, and who reads its id. */
export interface TaskHolder {
  caller: Caller
  taskIds: TaskIds
}

/** @throws GatewayError missing_capability when the client did not declare the extension with this request */
export function requireTasks(inbound: Inbound): void {
  if (extensionsOf(declaredCapabilities(inbound))[TASKS_EXTENSION] !== undefined) return
  const data = { requiredCapabilities: { extensions: { [TASKS_EXTENSION]: {} } } }
  throw new GatewayError('missing_capability', 'Cannot serve a task: the client declared no such extension', { data })
}

/** The tool that became the task, with the upstream's own id as what the upstream knows it by. */
export function findTask(id: unknown, view: View, { caller, taskIds }: TaskHolder): Target | undefined {
  const task = taskIds.unwrap(id, caller)
  const seen =
    task && view.seen('tools').find(({ entry }) => entry.upstream === task.upstream && entry.originalName === task.tool)
  return seen && { ...toTarget(seen, 'taskId'), upstreamName: task.taskId }
}

/**
 * The task that a request of the Tasks extension is about.
 * @throws GatewayError missing_capability | unknown_task
 */
export function resolveTask(inbound: Inbound, view: View, holder: TaskHolder): Target {
  requireTasks(inbound)
  const target = findTask(inbound.message.params.taskId, view, holder)
  if (!target) throw new GatewayError('unknown_task', 'Cannot resolve the task: no such task')
  return target
}
