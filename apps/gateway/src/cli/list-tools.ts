/** Every tool that the gateway lists for a caller, page by page. */
import { callGateway, type GatewayTarget } from './call-gateway.ts'

/** A tool as a list has it. */
export interface ToolDefinition {
  name: string
  title?: string
  description?: string
  inputSchema?: unknown
  [more: string]: unknown
}

/** Reads all pages. */
export async function listTools(target: GatewayTarget): Promise<ToolDefinition[]> {
  const tools: ToolDefinition[] = []
  let params: Record<string, unknown> = {}
  for (;;) {
    const page = (await callGateway(target, { method: 'tools/list', params })) as {
      tools: ToolDefinition[]
      nextCursor?: string
    }
    tools.push(...page.tools)
    if (page.nextCursor === undefined) return tools
    params = { cursor: page.nextCursor }
  }
}
