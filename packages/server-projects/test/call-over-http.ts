/** One modern tool call over HTTP without an SDK, so that hundreds at a time cost the caller little. */

/** A call's result. */
export interface RawResult {
  isError?: boolean
  // biome-ignore lint/suspicious/noExplicitAny: each tool answers in its own shape
  structuredContent: any
}

const VERSION = '2026-07-28'

/**
 * Calls a tool.
 * @throws when the connection breaks or the answer is no result
 */
export async function callOverHttp(url: string, name: string, args: Record<string, unknown>): Promise<RawResult> {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': VERSION,
    'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': VERSION,
      'mcp-method': 'tools/call',
      'mcp-name': name,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args, _meta } }),
  })
  const { result, error } = (await response.json()) as { result?: RawResult; error?: unknown }
  if (!result) throw new Error(`Cannot call ${name}: ${JSON.stringify(error)}`)
  return result
}
