/** The lines of code that connect an MCP library; each defines `client`, and reads the key from `CAUSEWAY_KEY`. */
import type { Connection } from './connection.ts'

// biome-ignore lint/suspicious/noTemplateCurlyInString: it is JavaScript for the reader to run
const HEADERS = '{ Authorization: `Bearer ${process.env.CAUSEWAY_KEY}` }'

const code = (
  id: string,
  title: string,
  packages: readonly string[],
  textFor: (url: string) => string,
): Connection => ({
  id,
  title,
  place: 'an ES module',
  language: 'js',
  packages,
  textFor: ({ url }) => textFor(url),
})

/** Each under the name of its library. */
export const libraryConnections: readonly Connection[] = [
  code(
    'sdk-v2',
    'MCP TypeScript SDK, version 2',
    ['@modelcontextprotocol/client'],
    (url) => `import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'

const client = new Client({ name: 'my-agent', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
await client.connect(
  new StreamableHTTPClientTransport(new URL('${url}'), { requestInit: { headers: ${HEADERS} } }),
)`,
  ),
  code(
    'sdk-v1',
    'MCP TypeScript SDK, version 1',
    ['@modelcontextprotocol/sdk'],
    (url) => `import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'

const client = new Client({ name: 'my-agent', version: '1.0.0' })
await client.connect(
  new StreamableHTTPClientTransport(new URL('${url}'), { requestInit: { headers: ${HEADERS} } }),
)`,
  ),
  code(
    'ai-sdk',
    'AI SDK',
    ['@ai-sdk/mcp', 'ai'],
    (url) => `import { createMCPClient } from '@ai-sdk/mcp'

const client = await createMCPClient({ transport: { type: 'http', url: '${url}', headers: ${HEADERS} } })`,
  ),
  code(
    'openai-agents',
    'OpenAI Agents SDK',
    ['@openai/agents'],
    (url) => `import { MCPServerStreamableHttp } from '@openai/agents'

const client = new MCPServerStreamableHttp({ name: 'causeway', url: '${url}', requestInit: { headers: ${HEADERS} } })
await client.connect()`,
  ),
  code(
    'langchain',
    'LangChain MCP adapters, in a LangGraph graph',
    ['@langchain/mcp-adapters', '@langchain/langgraph', '@langchain/core'],
    (url) => `import { MultiServerMCPClient } from '@langchain/mcp-adapters'

const client = new MultiServerMCPClient({ mcpServers: { causeway: { url: '${url}', headers: ${HEADERS} } } })`,
  ),
]
