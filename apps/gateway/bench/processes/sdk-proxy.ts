/** The baseline: a proxy as people make it of the official SDK, with its `Server` for each request in front, as its guide has it for this revision, and one `Client` behind. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, Server } from '@modelcontextprotocol/server'

const INFO = { name: 'sdk-proxy', version: '1.0.0' }
const client = new Client(INFO, { versionNegotiation: { mode: { pin: '2026-07-28' } } })
await client.connect(new StreamableHTTPClientTransport(new URL(process.argv[2] as string)))

const handler = createMcpHandler(() => {
  const server = new Server(INFO, { capabilities: { tools: {} } })
  server.setRequestHandler('tools/list', ({ params }) => client.listTools(params))
  server.setRequestHandler('tools/call', ({ params: { name, arguments: given = {} } }) =>
    client.callTool({ name, arguments: given }),
  )
  return server
})
const http = createServer(toNodeHandler(handler))
http.listen(0, '127.0.0.1', () => process.send?.({ port: (http.address() as AddressInfo).port }))
process.on('disconnect', () => process.exit())
