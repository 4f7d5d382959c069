/** The `resolve` step: finds the target of a call in the caller's view. What is hidden and what does not exist cannot be told apart, because both are simply not in the view. */
import type { Entry, Kind } from '../catalog/definition.ts'
import { GatewayError } from '../errors.ts'
import type { Decision } from '../policy/decide.ts'
import { isObject } from '../wire/envelope.ts'
import { declaredCapabilities } from './ask-rules.ts'
import type { Caller } from './caller.ts'
import type { Inbound } from './read.ts'
import { TASKS_EXTENSION, type TaskIds } from './task-ids.ts'
import { ownsUri } from './template-match.ts'
import type { Seen, View } from './view.ts'

/** What a call is about: the definition, and which field of `params` names it. */
export interface Target {
  entry: Entry
  /** The name or URI that was asked for. */
  name: string
  /** Set when that is a former name. */
  formerName?: string
  /** What the upstream knows it by. */
  upstreamName: string
  /** Where that goes; URIs pass unchanged. */
  field: 'name' | 'ref' | 'taskId' | undefined
  /** The decision that put it into the view; a template's concrete URI has none yet. */
  seenBy: Decision | undefined
}

const NAMES = { tools: 'tool', prompts: 'prompt' } as const
const UNKNOWN = { tools: 'unknown_tool', prompts: 'unknown_prompt' } as const

/**
 * Finds the target of `tools/call`, `prompts/get`, `resources/read` or `completion/complete`.
 * @throws GatewayError unknown_tool | unknown_prompt | unknown_resource | invalid_params | method_not_found
 */
export function resolve(inbound: Inbound, view: View, on: { caller: Caller; taskIds: TaskIds }): Target {
  const { method, params } = inbound.message
  switch (method) {
    case 'tools/call':
      return named('tools', params.name, view)
    case 'prompts/get':
      return named('prompts', params.name, view)
    case 'resources/read':
      return resolveResource(params.uri, view)
    case 'completion/complete':
      return completion(params.ref, view)
    case 'tasks/get':
    case 'tasks/update':
    case 'tasks/cancel':
      if (inbound.era === 'modern') return resolveTask(inbound, view, on)
  }
  throw new GatewayError('method_not_found', `Cannot serve method ${JSON.stringify(method.slice(0, 80))}: unknown`)
}

function named(kind: 'tools' | 'prompts', name: unknown, view: View): Target {
  if (typeof name !== 'string')
    throw new GatewayError('invalid_params', `Cannot find the ${NAMES[kind]}: params.name must be a string`)
  const seen = view.find(kind, name)
  if (!seen) throw unknownTarget(kind, name)
  return toTarget(seen, 'name')
}

/**
 * The resource of a URI: the listed one, or the template that owns it.
 * @throws GatewayError unknown_resource | invalid_params
 */
export function resolveResource(uri: unknown, view: View): Target {
  if (typeof uri !== 'string')
    throw new GatewayError('invalid_params', 'Cannot find the resource: params.uri must be a string')
  const exact = view.find('resources', uri)
  if (exact) return toTarget(exact, undefined)
  // A listed resource that this caller may not see must not become readable by way of a template.
  const template = view.hides(uri) ? undefined : view.templates().find((entry) => ownsUri(entry.originalName, uri))
  if (!template) throw unknownTarget('resources', uri)
  return { entry: template, name: uri, upstreamName: uri, field: undefined, seenBy: undefined }
}

function completion(ref: unknown, view: View): Target {
  if (!isObject(ref)) throw new GatewayError('invalid_params', 'Cannot complete: params.ref must be an object')
  if (ref.type === 'ref/prompt') return { ...named('prompts', ref.name, view), field: 'ref' }
  if (ref.type !== 'ref/resource' || typeof ref.uri !== 'string')
    throw new GatewayError('invalid_params', 'Cannot complete: params.ref is neither a prompt nor a resource')
  const seen = (['templates', 'resources'] satisfies Kind[])
    .map((kind) => view.find(kind, ref.uri as string))
    .find((each) => each !== undefined)
  if (!seen) throw unknownTarget('resources', ref.uri)
  return toTarget(seen, undefined)
}

/** The failure of a target that the caller may not see, or that does not exist. */
export function unknownTarget(kind: Kind, name: string): GatewayError {
  if (kind === 'tools' || kind === 'prompts') {
    return new GatewayError(
      UNKNOWN[kind],
      `Cannot resolve ${NAMES[kind]} ${JSON.stringify(name.slice(0, 128))}: no such ${NAMES[kind]}`,
    )
  }
  return new GatewayError(
    'unknown_resource',
    `Cannot resolve resource ${JSON.stringify(name.slice(0, 256))}: no such resource`,
    { data: { uri: name } },
  )
}

/** A task is found by the id that its own caller was given, and is there as long as the tool that became it is. */
function resolveTask(inbound: Inbound, view: View, { caller, taskIds }: { caller: Caller; taskIds: TaskIds }): Target {
  const { extensions } = declaredCapabilities(inbound)
  if (!isObject(extensions) || extensions[TASKS_EXTENSION] === undefined) {
    const data = { requiredCapabilities: { extensions: { [TASKS_EXTENSION]: {} } } }
    throw new GatewayError('missing_capability', 'Cannot serve a task: the client declared no such extension', { data })
  }
  const task = taskIds.unwrap(inbound.message.params.taskId, caller)
  const seen = view
    .seen('tools')
    .find(({ entry }) => entry.upstream === task?.upstream && entry.originalName === task.tool)
  if (!task || !seen) throw new GatewayError('unknown_task', 'Cannot resolve the task: no such task')
  return { ...toTarget(seen, 'taskId'), upstreamName: task.taskId }
}

function toTarget({ entry, name, formerName, decision }: Seen, field: Target['field']): Target {
  const former = formerName === undefined ? {} : { formerName }
  return { entry, name, ...former, upstreamName: entry.originalName, field, seenBy: decision }
}
