/** What the gateway answers itself, after `view`: lists, introductions, streams and the small talk of legacy sessions. */
import { resultText } from '../wire/jsonrpc.ts'
import { discover, initialize } from './introduce.ts'
import { list, listedKind } from './list.ts'
import { listFolder } from './list-folder.ts'
import type { Serving } from './pipeline.ts'
import type { Inbound } from './read.ts'
import { setLevel } from './set-level.ts'
import { listen } from './streams/listen.ts'
import { subscribe } from './streams/subscribe.ts'
import type { View } from './view.ts'

/**
 * Answers a request that needs no upstream.
 * @returns `false` at once when it was none, so that a call waits for nothing here
 * @throws GatewayError unknown_cursor | not_acceptable | invalid_params | unknown_resource | too_many_subscriptions | overloaded
 */
export function answerLocally(serving: Serving, inbound: Inbound, view: View): boolean | Promise<boolean> {
  const { reply, caller, gateway } = serving
  const kind = listedKind(inbound.message.method)
  // Without the extension there is no such method.
  if (kind && (kind !== 'skills' || view.upstreams().some(({ id }) => view.servesSkills(id)))) {
    reply.answer(200, list(kind, inbound, { view, caller, cursors: gateway.cursors }))
    return true
  }
  const folder = inbound.message.method === 'resources/directory/read' ? listFolder(inbound, view) : undefined
  if (folder !== undefined) {
    reply.answer(200, folder)
    return true
  }
  return inbound.era === 'modern' ? answerModern(serving, inbound, view) : answerLegacy(serving, inbound, view)
}

function answerModern(
  { exchange, reply, caller, gateway }: Serving,
  inbound: Inbound,
  view: View,
): boolean | Promise<boolean> {
  const { method } = inbound.message
  if (method === 'subscriptions/listen') return listen({ exchange, caller, inbound, view, gateway }).then(() => true)
  if (method !== 'server/discover') return false
  reply.answer(200, discover(inbound, view))
  return true
}

function answerLegacy({ reply, caller, gateway }: Serving, inbound: Inbound, view: View): boolean | Promise<boolean> {
  const { method, idText } = inbound.message
  const done = () => reply.answer(200, resultText(idText as string, '{}'))
  switch (method) {
    case 'initialize': {
      const { text, sessionId } = initialize(inbound, { view, caller, sessions: gateway.sessions })
      reply.answer(200, text, ['Mcp-Session-Id', sessionId])
      return true
    }
    case 'ping':
      done()
      return true
    case 'logging/setLevel':
      setLevel(inbound, gateway)
      done()
      return true
    case 'resources/subscribe':
    case 'resources/unsubscribe':
      return subscribe(inbound, { view, gateway }).then(() => {
        done()
        return true
      })
    default:
      return false
  }
}
