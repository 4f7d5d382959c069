/** The `resolve` step: finds the target of a call in the caller's view. What is hidden and what does not exist cannot be told apart, because both are simply not in the view. */
import type { Kind } from '../catalog/definition.ts'
import { GatewayError } from '../errors.ts'
import { isObject } from '../wire/envelope.ts'
import type { Inbound } from './read.ts'
import { resolveResource } from './targets/resolve-resource.ts'
import { resolveDirectory, resolveSkill } from './targets/resolve-skill.ts'
import { resolveTask, type TaskHolder } from './targets/resolve-task.ts'
import { NAMES, type Target, toTarget, unknownTarget } from './targets/target.ts'
import type { View } from './view.ts'

/**
 * Finds the target of a method that goes to an upstream; every other method is refused, because nothing could judge it.
 * @throws GatewayError unknown_tool | tool_quarantined | unknown_prompt | unknown_resource | unknown_task | missing_capability | invalid_params | method_not_found
 */
export function resolve(inbound: Inbound, view: View, on: TaskHolder): Target {
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
    case 'skills/get':
      return resolveSkill(params.uri, view)
    case 'resources/directory/read':
      return resolveDirectory(params.uri, view)
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
  if (!seen) throw kind === 'tools' && view.isQuarantined(name) ? quarantined(name) : unknownTarget(kind, name)
  return toTarget(seen, 'name')
}

function quarantined(tool: string): GatewayError {
  return new GatewayError(
    'tool_quarantined',
    `Cannot call tool ${JSON.stringify(tool.slice(0, 128))}: its definition has changed and waits for review`,
    { tool },
  )
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
