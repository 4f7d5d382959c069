/** Real MCP clients that nobody here wrote, connected to a gateway: SDK v1, and SDK v2 in both eras; and raw modern requests. */
import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { ClientCapabilities } from '@modelcontextprotocol/sdk/types.js'

/** A JSON-RPC response as it came. */
export interface RawAnswer {
  id?: unknown
  result?: Record<string, unknown>
  error?: { code: number; message: string; data?: Record<string, unknown> }
}

const INFO = { name: 'story', version: '1.0.0' }

/** SDK v1: legacy only. */
export async function connectV1(url: string, key: string, capabilities: ClientCapabilities = {}): Promise<ClientV1> {
  const client = new ClientV1(INFO, { capabilities })
  await client.connect(new TransportV1(new URL(url), { requestInit: { headers: { Authorization: `Bearer ${key}` } } }))
  return client
}

/** SDK v2, pinned to an era. */
export async function connectV2(url: string, key: string, era: 'modern' | 'legacy' = 'modern'): Promise<ClientV2> {
  const client = new ClientV2(INFO, {
    versionNegotiation: { mode: era === 'modern' ? { pin: '2026-07-28' } : 'legacy' },
  })
  await client.connect(new TransportV2(new URL(url), { requestInit: { headers: { Authorization: `Bearer ${key}` } } }))
  return client
}

/** One raw request; `body` is sent as it is. */
export async function post(
  url: string,
  key: string | undefined,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; text: string; json: RawAnswer | undefined }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(key ? { authorization: `Bearer ${key}` } : {}),
      ...headers,
    },
    body,
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: text.startsWith('{') ? (JSON.parse(text) as RawAnswer) : undefined,
  }
}

/** One raw modern request with the headers that it needs. */
export function postModern(
  url: string,
  key: string | undefined,
  method: string,
  params: Record<string, unknown> = {},
  headers: Record<string, string> = {},
) {
  const name = (params.name ?? params.uri) as string | undefined
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
    ...(params._meta as object),
  }
  return post(url, key, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta } }), {
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    ...(name === undefined ? {} : { 'mcp-name': name }),
    ...headers,
  })
}
