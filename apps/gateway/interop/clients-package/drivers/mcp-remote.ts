/** Drives a client that only speaks stdio, an SDK of version 1, over the bridge that the documented entry starts. */
import { readFileSync } from 'node:fs'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport, type StdioServerParameters } from '@modelcontextprotocol/sdk/client/stdio.js'
import type { Driven } from './driven.ts'
import { drive } from './sdk-v1.ts'

/** Starts the bridge and connects to it. */
export async function open(connection: string): Promise<Driven> {
  const { mcpServers } = JSON.parse(readFileSync(connection, 'utf8')) as {
    mcpServers: { causeway: StdioServerParameters }
  }
  const entry = mcpServers.causeway
  const env = { ...(process.env as Record<string, string>), ...entry.env }
  const client = new Client({ name: 'stdio-only', version: '1.0.0' })
  await client.connect(new StdioClientTransport({ ...entry, env, stderr: 'inherit' }))
  return drive(client)
}
