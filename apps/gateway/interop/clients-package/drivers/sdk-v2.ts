/** Drives version 2 of the official SDK, in the era that it agreed on. */
import type { Client } from '@modelcontextprotocol/client'
import { clientOf, type Driven } from './driven.ts'

/** Connects it and, in the modern era, listens for changes. */
export async function open(connection: string): Promise<Driven> {
  const client = await clientOf<Client>(connection)
  let told = 0
  client.setNotificationHandler('notifications/tools/list_changed', () => void told++)
  if (client.getNegotiatedProtocolVersion() === '2026-07-28') await client.listen({ toolsListChanged: true })
  return {
    list: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args) => JSON.stringify(await client.callTool({ name, arguments: args })),
    read: async (uri) => JSON.stringify(await client.readResource({ uri })),
    timesTold: () => told,
  }
}
