/** Requests of the 2026-07-28 revision as the load generator sends them: headers and body, made once. */

/** Headers and body of one request. */
export interface McpRequest {
  headers: Record<string, string>
  body: string
}

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
}

/** Makes a request; `key` is the API key of the agent, for targets that ask for one. */
export function mcpRequest(method: string, params: Record<string, unknown>, key?: string): McpRequest {
  return {
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(typeof params.name === 'string' ? { 'mcp-name': params.name } : {}),
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: META } }),
  }
}
