/** A raw event stream, legacy or modern, with the messages that came on it so far. */

/** A stream that is open. */
export interface RawStream {
  messages: { id?: unknown; method?: string; params?: Record<string, unknown>; result?: unknown; error?: unknown }[]
  headers: Headers
  /** What has come as text, comments included. */
  text(): string
  /** Resolves when the other side has ended it, or it broke. */
  ended: Promise<void>
  close(): void
}

/**
 * Opens a stream and reads it in the background.
 * @throws unless the answer is an event stream
 */
export async function openStream(url: string, init: RequestInit = {}): Promise<RawStream> {
  const abort = new AbortController()
  const response = await fetch(url, { ...init, signal: abort.signal })
  if (!response.headers.get('content-type')?.startsWith('text/event-stream'))
    throw new Error(`Cannot open a stream: HTTP ${response.status} ${await response.text()}`)
  let text = ''
  const messages: RawStream['messages'] = []
  const read = async () => {
    let seen = 0
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk
      for (let end = text.indexOf('\n\n', seen); end >= 0; end = text.indexOf('\n\n', seen)) {
        const data = /^data: (.*)$/m.exec(text.slice(seen, end))?.[1]
        if (data) messages.push(JSON.parse(data))
        seen = end + 2
      }
    }
  }
  return {
    messages,
    headers: response.headers,
    text: () => text,
    ended: read().catch(() => {}),
    close: () => abort.abort(),
  }
}

/** The GET stream of a legacy client. */
export function openLegacyStream(url: string, key: string, headers: Record<string, string> = {}): Promise<RawStream> {
  return openStream(url, { headers: { authorization: `Bearer ${key}`, accept: 'text/event-stream', ...headers } })
}

/** A modern client's `subscriptions/listen`, by its filter; the client may declare capabilities. */
export function openModernStream(
  url: string,
  key: string,
  { capabilities = {}, ...notifications }: { capabilities?: object; [filter: string]: unknown },
): Promise<RawStream> {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': capabilities,
  }
  return openStream(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'subscriptions/listen',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 'l', method: 'subscriptions/listen', params: { notifications, _meta } }),
  })
}
