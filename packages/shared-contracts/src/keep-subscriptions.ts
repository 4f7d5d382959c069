/** The resources that one legacy client wants to hear of, for as long as its connection lasts. */
import type { McpServer } from '@modelcontextprotocol/server'

/** Has the connection take subscriptions; returns their URIs, always current. */
export function keepSubscriptions({ server }: McpServer): ReadonlySet<string> {
  const uris = new Set<string>()
  server.setRequestHandler('resources/subscribe', ({ params }) => {
    uris.add(params.uri)
    return {}
  })
  server.setRequestHandler('resources/unsubscribe', ({ params }) => {
    uris.delete(params.uri)
    return {}
  })
  return uris
}
