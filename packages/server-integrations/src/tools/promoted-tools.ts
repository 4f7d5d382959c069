/** Operations of imported APIs as tools of their own. */
import type { ToolDefinition } from '@causeway/shared-contracts/define-tool'
import { z } from 'zod'
import type { Integrations } from '../integrations.ts'
import type { PromotedOperation } from '../openapi/promoted-operation.ts'
import { callReadOperation, runReadOperation } from './call-read-operation.ts'
import { callWriteOperation, runWriteOperation } from './call-write-operation.ts'
import { integrationTool } from './integration-tool.ts'

const made = new WeakMap<PromotedOperation, ToolDefinition<Integrations>>()
const OWN = {
  fields: { type: 'array', items: { type: 'string' }, description: 'Keep only these, like user.login' },
  limit: { type: 'integer', minimum: 1, maximum: 50, default: 20 },
  cursor: { type: 'string', description: 'From the page before' },
  dry_run: { type: 'boolean', description: 'Only show' },
  idempotency_key: { type: 'string', description: 'Makes a retry safe' },
  confirmation_token: { type: 'string', description: 'From the first call' },
}
type OwnArguments = { [Name in keyof typeof OWN]?: unknown }

/** The tools of all active imports; the same objects until an import changes. */
export function promotedTools({ operations }: Integrations): readonly ToolDefinition<Integrations>[] {
  return operations.imports.promoted().map((promoted) => {
    const tool = made.get(promoted) ?? makeTool(promoted)
    made.set(promoted, tool)
    return tool
  })
}

function makeTool(promoted: PromotedOperation): ToolDefinition<Integrations> {
  const { effect, input } = promoted
  const properties = input.properties as Record<string, unknown>
  const own = ownNames(promoted).filter((name) => !(name in properties))
  const isRead = effect === 'read'
  return integrationTool({
    name: promoted.tool,
    title: promoted.title,
    description: promoted.description,
    effect,
    scopes: [isRead ? 'integrations.read' : 'integrations.write', ...promoted.scopes],
    openWorld: true,
    input: z.object(
      Object.fromEntries([...Object.keys(properties), ...own].map((name) => [name, z.unknown().optional()])),
    ),
    inputSchema: {
      ...input,
      properties: { ...properties, ...Object.fromEntries(own.map((name) => [name, OWN[name]])) },
    },
    output: isRead ? callReadOperation.output : callWriteOperation.output,
    run(args, call) {
      const given = args as Record<string, unknown>
      const ours = z
        .object(shapeOf(own))
        .parse(Object.fromEntries(own.map((name) => [name, given[name]]))) as OwnArguments
      const theirs = Object.fromEntries(Object.entries(given).filter(([name]) => !own.includes(name as never)))
      const asked = {
        connector: promoted.connector,
        operation: promoted.operation,
        arguments: theirs,
        fields: [],
        ...ours,
      }
      if (isRead) return runReadOperation({ limit: 20, ...asked } as never, call)
      return runWriteOperation({ dry_run: false, ...asked } as never, call, promoted.tool)
    },
  })
}

function ownNames({ effect, isPaged }: PromotedOperation): (keyof typeof OWN)[] {
  if (effect === 'read') return isPaged ? ['fields', 'limit', 'cursor'] : ['fields']
  return ['fields', 'dry_run', 'idempotency_key', ...(effect === 'destroy' ? (['confirmation_token'] as const) : [])]
}

function shapeOf(own: readonly (keyof typeof OWN)[]) {
  const { shape } = callReadOperation.input.extend(callWriteOperation.input.shape)
  return Object.fromEntries(own.map((name) => [name, shape[name as keyof typeof shape]]))
}
