/** A modern upstream over HTTP: every call is one POST, ids pass unchanged, and one listen stream tells of list changes. */
import { requestText } from '../wire/jsonrpc.ts'
import { MODERN_REVISION } from '../wire/revisions.ts'
import { checkAnswer, invalid, parseEvent, readAnswer, type UpstreamAnswer } from './answer.ts'
import type { Connection, UpstreamCall, UpstreamIdentity } from './connection.ts'
import { type HttpPost, httpPost } from './http-post.ts'
import { checkStatus } from './http-status.ts'
import type { HttpTarget } from './http-target.ts'
import { keepListening, type ListenOutcome } from './keep-listening.ts'
import { isListChange, listenParams, updatedUri, watchParams } from './list-changes.ts'
import { CATALOG_SESSION, OWN_CALL } from './own-call.ts'

const MAX_EVENT_BYTES = 1024 * 1024

/** Sends one modern request and returns its checked answer. Also the era probe's way of asking. */
export async function modernRequest(target: HttpTarget, call: UpstreamCall): Promise<UpstreamAnswer> {
  let answer: UpstreamAnswer | undefined
  const post: HttpPost = {
    upstream: target.upstream,
    path: target.path,
    headers: headersOf(target, call),
    body: requestText(call.idText, call.method, call.params),
    signal: call.signal,
    maxBytes: call.maxBytes,
    onEvent(data) {
      const message = parseEvent(data, target.upstream)
      if (message.method === undefined)
        answer = checkAnswer(message, { text: data, idText: call.idText, upstream: target.upstream })
      else if (message.id === undefined) call.onNotification(data, String(message.method))
      return answer !== undefined
    },
  }
  const http = await httpPost(isOfAgent(call) ? target.streams : target.dispatcher, post)
  checkStatus(http, target.upstream)
  if (!http.isEventStream) answer = { ...readAnswer(http.text, call.idText, target.upstream), body: http.body }
  if (!answer) throw invalid(target.upstream, 'its event stream ended without an answer')
  return answer
}

// An agent may listen as long as it likes, and there may be many.
function isOfAgent({ method, sessionKey }: UpstreamCall): boolean {
  return method === 'subscriptions/listen' && sessionKey !== CATALOG_SESSION
}

// Names and values in turn, as undici writes them: spreading objects into each other cost 2 % of a call.
function headersOf(target: HttpTarget, call: UpstreamCall): string[] {
  const headers = [
    'content-type',
    'application/json',
    'accept',
    'application/json, text/event-stream',
    'mcp-protocol-version',
    MODERN_REVISION,
    'mcp-method',
    call.method,
  ]
  if (call.credential !== undefined) headers.push('authorization', `Bearer ${call.credential}`)
  for (const name of Object.keys(call.headers)) headers.push(name, call.headers[name] as string)
  // A configured header adds to what the protocol says, and never replaces it.
  for (const name of Object.keys(target.headers))
    if (!headers.some((each, at) => at % 2 === 0 && each === name)) headers.push(name, target.headers[name] as string)
  return headers
}

/** Wraps an upstream that proved to be modern. */
export function createModernHttp(
  target: HttpTarget,
  identity: UpstreamIdentity,
  credential: () => Promise<string | undefined>,
): Connection {
  const closing = new AbortController()
  let watching = new AbortController()
  const ended = Promise.withResolvers<string>()
  const connection: Connection = {
    identity,
    passesIds: true,
    call: (call) => modernRequest(target, call),
    onListChanged: () => {},
    onResourceUpdated: () => {},
    watch(uris) {
      // The older stream goes on until this one is open, so that nothing changes unheard in between.
      const older = watching
      watching = new AbortController()
      watching.signal.addEventListener('abort', () => older.abort(), { once: true })
      if (uris.size === 0) {
        older.abort()
        return Promise.resolve()
      }
      const asked = Promise.withResolvers<void>()
      const signal = AbortSignal.any([closing.signal, watching.signal])
      const watch = async (onOpen: () => void): Promise<ListenOutcome> =>
        listenOnce(target, watchParams(uris), {
          credential: await credential(),
          signal,
          onOpen() {
            older.abort()
            asked.resolve()
            onOpen()
          },
          onListChanged() {},
          onResourceUpdated: (uri) => connection.onResourceUpdated(uri),
        })
      // Whoever hears of no change while the stream was broken must take it that there was one.
      void keepListening(watch, signal, () => {
        for (const uri of uris) connection.onResourceUpdated(uri)
      }).finally(asked.resolve)
      return asked.promise
    },
    ended: ended.promise,
    async close() {
      closing.abort()
      ended.resolve('closed')
    },
  }
  const params = listenParams(identity.capabilities)
  const onListChanged = () => connection.onListChanged()
  if (params !== undefined) {
    const listen = async (onOpen: () => void): Promise<ListenOutcome> => {
      const life = {
        credential: await credential(),
        signal: closing.signal,
        onOpen,
        onListChanged,
        onResourceUpdated() {},
      }
      return listenOnce(target, params, life)
    }
    // What changed between the first list and the first stream was told to nobody.
    void keepListening(listen, closing.signal, onListChanged, onListChanged)
  }
  return connection
}

interface Listening {
  credential: string | undefined
  signal: AbortSignal
  onOpen(): void
  onListChanged(): void
  onResourceUpdated(uri: string): void
}

async function listenOnce(target: HttpTarget, params: string, life: Listening): Promise<ListenOutcome> {
  const answer = await modernRequest(target, {
    method: 'subscriptions/listen',
    params,
    ...OWN_CALL,
    idText: '"causeway-listen"',
    credential: life.credential,
    signal: life.signal,
    maxBytes: MAX_EVENT_BYTES,
    onNotification(text, method) {
      if (method === 'notifications/subscriptions/acknowledged') life.onOpen()
      else if (isListChange(method)) life.onListChanged()
      const uri =
        method === 'notifications/resources/updated' ? updatedUri(parseEvent(text, target.upstream)) : undefined
      if (uri !== undefined) life.onResourceUpdated(uri)
    },
  })
  // An upstream that refuses to be listened to is refreshed by timer alone.
  return answer.error ? 'refused' : 'ended'
}
