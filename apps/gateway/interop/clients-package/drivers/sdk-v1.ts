/** Drives version 1 of the official SDK. */
import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { clientOf, type Driven } from './driven.ts'

/** Connects it. */
export async function open(connection: string): Promise<Driven> {
  return drive(await clientOf<Client>(connection))
}

/** Drives a client that is connected already. */
export function drive(client: Client): Driven {
  let told = 0
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => void told++)
  return {
    list: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args) => JSON.stringify(await client.callTool({ name, arguments: args })),
    read: async (uri) => JSON.stringify(await client.readResource({ uri })),
    timesTold: () => told,
  }
}
