/** Former names of tools: a call by one reaches the tool, and lists have the present name alone. */
import type { McpServer } from '@modelcontextprotocol/server'
import type { ToolDefinition } from './define-tool.ts'

interface CallRequest {
  params: { name: string }
}
type SetHandler = (method: string, handler: (request: CallRequest, ...more: unknown[]) => unknown) => void

/** Of former names, the present ones; a name in use is never a former one. */
export function presentNames(tools: readonly Pick<ToolDefinition, 'name' | 'aliases'>[]): ReadonlyMap<string, string> {
  const former = tools.flatMap(({ name, aliases }) => aliases.map((alias) => [alias, name] as const))
  return new Map(former.filter(([alias]) => !tools.some(({ name }) => name === alias)))
}

/** Call it before a tool is registered. */
export function answerFormerNames(mcp: McpServer, present: ReadonlyMap<string, string>): void {
  if (present.size === 0) return
  const { server } = mcp
  const set = server.setRequestHandler.bind(server) as unknown as SetHandler
  // The SDK keeps its handler to itself, and a tool that is registered under two names is listed under both.
  const setRenaming: SetHandler = (method, handler) => {
    if (method !== 'tools/call') return set(method, handler)
    return set(method, (request, ...more) => {
      const name = present.get(request.params.name) ?? request.params.name
      return handler({ ...request, params: { ...request.params, name } }, ...more)
    })
  }
  server.setRequestHandler = setRenaming as unknown as typeof server.setRequestHandler
}
