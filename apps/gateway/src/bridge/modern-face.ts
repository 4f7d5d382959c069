/** A modern client over pipes: what its messages say is repeated in the headers that the revision wants over HTTP, and its listens are held open. */
import { keepListening, type ListenOutcome } from '../upstream/keep-listening.ts'
import { nameToRepeat } from '../wire/classify.ts'
import { type Envelope, isObject } from '../wire/envelope.ts'
import { encodeHeaderValue } from '../wire/header-value.ts'
import { notificationText, requestText } from '../wire/jsonrpc.ts'
import { type ParamHeader, paramHeadersFor, paramHeadersOf } from '../wire/param-headers.ts'
import { CAPABILITIES_META, MODERN_REVISION, SUBSCRIPTION_ID_META, VERSION_META } from '../wire/revisions.ts'
import type { GatewayLink, LinkAnswer } from './gateway-link.ts'
import type { Serving } from './legacy-face.ts'
import { failureResponse, LinkFailure } from './link-failure.ts'

const HEADER_MISMATCH = -32020
const BASE_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
const OWN_META = { [VERSION_META]: MODERN_REVISION, [CAPABILITIES_META]: {} }

export class ModernFace {
  readonly #link: GatewayLink
  /** Arguments that travel as headers too, by tool. */
  #marked = new Map<string, readonly ParamHeader[]>()

  constructor(link: GatewayLink) {
    this.#link = link
  }

  /** @throws LinkFailure, or what the signal was aborted with */
  async request(message: Envelope, serving: Serving): Promise<void> {
    if (message.method === 'subscriptions/listen') return this.#listen(message, serving)
    const { signal, write } = serving
    const answer = await this.#call(message, signal, write)
    if (answer.errorCode !== HEADER_MISMATCH || message.method !== 'tools/call') return write(answer.text)
    // It was refused from its headers and did not run: the tool has marks that are not known here yet.
    await this.#learnMarks(signal)
    write((await this.#call(message, signal, write)).text)
  }

  /**
   * Passes on a notification.
   * @throws LinkFailure, or what the signal was aborted with
   */
  async tell(message: Envelope, signal: AbortSignal): Promise<void> {
    await this.#link.tell({ body: message.text, headers: this.#headers(message), signal })
  }

  #call(message: Envelope, signal: AbortSignal, onMessage: (text: string) => void): Promise<LinkAnswer> {
    const { text, idText } = message
    return this.#link.call({ body: text, idText: idText as string, headers: this.#headers(message), signal, onMessage })
  }

  #headers(message: Envelope): Record<string, string> {
    const { method, meta, params } = message
    const name = nameToRepeat(message)
    const marked = method === 'tools/call' ? this.#marked.get(String(params.name)) : undefined
    return {
      ...this.#link.target.headers,
      ...BASE_HEADERS,
      'mcp-protocol-version': encodeHeaderValue(String(meta[VERSION_META])),
      'mcp-method': encodeHeaderValue(method),
      ...(name === undefined ? {} : { 'mcp-name': encodeHeaderValue(name) }),
      ...(marked ? paramHeadersFor(marked, params.arguments) : {}),
    }
  }

  async #learnMarks(signal: AbortSignal): Promise<void> {
    const marked = new Map<string, readonly ParamHeader[]>()
    let cursor: unknown
    do {
      const params = { ...(cursor === undefined ? {} : { cursor }), _meta: OWN_META }
      const { result } = await this.#link.call({
        idText: '0',
        body: requestText('0', 'tools/list', JSON.stringify(params)),
        headers: {
          ...this.#link.target.headers,
          ...BASE_HEADERS,
          'mcp-protocol-version': MODERN_REVISION,
          'mcp-method': 'tools/list',
        },
        signal,
        onMessage() {},
      })
      for (const tool of Array.isArray(result?.tools) ? result.tools : [])
        if (isObject(tool)) marked.set(String(tool.name), marksOf(tool.inputSchema))
      cursor = result?.nextCursor
    } while (typeof cursor === 'string')
    this.#marked = marked
  }

  // The stream ends with the gateway's process; to the client it is one subscription all the same.
  async #listen(message: Envelope, { signal, write }: Serving): Promise<void> {
    let isAcknowledged = false
    const onMessage = (text: string) => {
      const filter = acknowledgedFilter(text)
      if (!filter) write(text)
      else if (isAcknowledged) for (const each of updates(filter.resourceSubscriptions, message)) write(each)
      else {
        isAcknowledged = true
        write(text)
      }
    }
    const listen = async (): Promise<ListenOutcome> => {
      try {
        const answer = await this.#call(message, signal, onMessage)
        if (isAcknowledged && (answer.result || answer.http.status >= 500)) return 'ended'
        write(answer.text)
      } catch (error) {
        const isFinal = !isAcknowledged || (error instanceof LinkFailure && error.code === 'unauthorized')
        if (signal.aborted || !isFinal) throw error
        write(failureResponse(message.idText as string, error as LinkFailure))
      }
      return 'refused'
    }
    await keepListening(listen, signal, () => {})
  }
}

function marksOf(inputSchema: unknown): readonly ParamHeader[] {
  try {
    return paramHeadersOf(inputSchema)
  } catch {
    return []
  }
}

function acknowledgedFilter(text: string): Record<string, unknown> | undefined {
  const { method, params } = JSON.parse(text) as { method?: unknown; params?: unknown }
  if (method !== 'notifications/subscriptions/acknowledged' || !isObject(params)) return undefined
  return isObject(params.notifications) ? params.notifications : {}
}

// What changed while there was no stream was heard of by nobody.
function updates(uris: unknown, { idText }: Envelope): string[] {
  if (!Array.isArray(uris)) return []
  const meta = `"_meta":{${JSON.stringify(SUBSCRIPTION_ID_META)}:${idText}}`
  return uris.map((uri) =>
    notificationText('notifications/resources/updated', `{"uri":${JSON.stringify(String(uri))},${meta}}`),
  )
}
