/** `causeway call`: one tool call through the running gateway, as an agent would make it. */
import { paramHeadersFor, paramHeadersOf } from '../wire/param-headers.ts'
import { actAs } from './act-as.ts'
import { callGateway, type GatewayTarget, RpcError } from './call-gateway.ts'
import { CliError } from './cli-error.ts'
import { listTools } from './list-tools.ts'
import { parseArguments } from './parse-arguments.ts'
import type { Workspace } from './workspace.ts'

const HEADER_MISMATCH = -32020

interface ToolResult {
  isError?: boolean
  resultType?: string
  content?: { type: string; text?: string; mimeType?: string; uri?: string; resource?: { text?: string } }[]
  structuredContent?: { error?: { code?: string } }
}

/** Calls the tool and prints its result. */
export async function call(
  workspace: Workspace,
  tool: string,
  options: { pairs: string[]; args?: string; as?: string },
): Promise<void> {
  const args = parseArguments(options.pairs, options.args)
  const result = (await actAs(workspace, { as: options.as, onlyLooks: false }, (target) =>
    callTool(target, tool, args),
  ).catch(explainUnknown)) as ToolResult
  if (result.isError === true) throw failed(result)
  if ((result.resultType ?? 'complete') !== 'complete')
    throw new CliError('tool_error', `Cannot finish "${tool}": it asks for more than arguments`, {
      code: String(result.resultType),
      hint: 'Call it from an MCP client that can answer',
      data: result,
    })
  workspace.printer.answer(result, () => formatResult(result))
}

// The tool's schema says which arguments travel as headers too; it is read only for a tool that needs it.
async function callTool(target: GatewayTarget, name: string, args: Record<string, unknown>): Promise<unknown> {
  const params = { name, arguments: args }
  try {
    return await callGateway(target, { method: 'tools/call', params })
  } catch (error) {
    if (!(error instanceof RpcError) || error.rpcCode !== HEADER_MISMATCH) throw error
    const tool = (await listTools(target)).find((each) => each.name === name)
    const headers = paramHeadersFor(paramHeadersOf(tool?.inputSchema), args)
    return callGateway(target, { method: 'tools/call', params, headers })
  }
}

// The gateway does not tell an agent whether a tool is hidden or missing; whoever has the configuration may know.
function explainUnknown(error: unknown): never {
  if (!(error instanceof RpcError) || error.code !== 'unknown_tool') throw error
  const hint = '`causeway policy explain <agent> <tool>` says whether a rule denies it, or no upstream offers it'
  throw new CliError('denied', error.message, { code: error.code, hint, data: error.data })
}

function failed(result: ToolResult): CliError {
  return new CliError('tool_error', formatResult(result), {
    code: result.structuredContent?.error?.code ?? 'tool_error',
    hint: '',
    data: result,
  })
}

function formatResult({ content = [], structuredContent }: ToolResult): string {
  const parts = content.map((part) => {
    const text = part.text ?? part.resource?.text
    return text ?? `[${[part.type, part.mimeType, part.uri].filter(Boolean).join(' ')}]`
  })
  return parts.length > 0 ? parts.join('\n') : JSON.stringify(structuredContent ?? {}, null, 2)
}
